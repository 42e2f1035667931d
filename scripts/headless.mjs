import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from './setup/folder.mjs'

/**
 * Runs a spec by the built command line on a home of its own, and gives its JSON; what is done there is not done again.
 * @param {Record<string, unknown>} spec
 * @param {{ app: string, home: string, file: string }} where the built app, and the folder and name for the spec's file
 * @throws {Error} with what the command line said
 */
export function runSpec(spec, { app, home, file }) {
  makeFolder(home)
  const path = join(home, file)
  writeFileSync(path, JSON.stringify(spec))
  const args = [join(app, 'out', 'main', 'cli.js'), 'run', path, '--no-export', '--json']
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    env: { ...process.env, W2S_HOME: join(home, 'data') },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) throw new Error(`${file}: ${stderr || stdout}`)
  return JSON.parse(stdout)
}
