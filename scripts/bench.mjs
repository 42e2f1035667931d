// Runs the benchmarks of this folder: all, or one with its own options.
//
//   npm run bench
//   npm run bench -- native --case d64 --json out.json
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const NAMES = readdirSync(import.meta.dirname).flatMap((file) => /^bench-(.+)\.mjs$/.exec(file)?.[1] ?? [])

const run = (name, options) =>
  new Promise((done) => {
    const script = join(import.meta.dirname, `bench-${name}.mjs`)
    spawn(process.execPath, [script, ...options], { stdio: 'inherit' }).once('close', (code) => done(code ?? 1))
  })

const [asked, ...options] = process.argv.slice(2)
if (asked !== undefined && !NAMES.includes(asked)) {
  console.error(`There is no benchmark "${asked}". Benchmarks: ${NAMES.join(', ')}; the first word names one.`)
  process.exit(2)
}
for (const name of asked === undefined ? NAMES : [asked]) {
  if (asked === undefined) console.log(`\n── ${name}`)
  const code = await run(name, options)
  if (code !== 0) process.exitCode = 1
}
