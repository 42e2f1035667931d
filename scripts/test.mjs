// npm test [suite…]: set-up with what tests need, then every suite (or those named), a failing one not ending the rest.
// The last line is `N passed, N failed`, with `, N skipped` when some were.
import './setup/node-version.mjs'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { modules, readJson, root, run } from './setup/common.mjs'
import { launch } from './setup/launch.mjs'
import { orExit, setup } from './setup.mjs'

const results = join(root, 'test-results')
const bin = (name) => join(modules, '.bin', name)
const one = (ok) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 })
const nothing = { passed: 0, failed: 0, skipped: 0 }

/** A check that passes or fails as a whole. */
const check =
  (command, ...args) =>
  async () =>
    one((await launch(bin(command), args)) === 0)

/** A type checker that reports nothing is as green as one that finds nothing: a planted error must be found. */
async function canary() {
  const folder = join(root, '.setup', 'canary')
  mkdirSync(folder, { recursive: true })
  const source = `<script lang="ts">\n  const planted: number = 'not a number'\n</script>\n\n{planted}\n`
  writeFileSync(join(folder, 'Canary.svelte'), source)
  writeFileSync(join(folder, 'tsconfig.json'), '{ "extends": "../../tsconfig.web.json", "include": ["Canary.svelte"] }')
  const { ok, output } = await run(bin('svelte-check'), ['--tsconfig', join(folder, 'tsconfig.json')], { cwd: folder })
  rmSync(folder, { recursive: true })
  const found = !ok && output.includes("Type 'string' is not assignable to type 'number'")
  console.log(
    found ? 'svelte-check reports the planted type error.' : `svelte-check misses a planted type error:\n${output}`,
  )
  return one(found)
}

/** Counts of a vitest project; one failure when it ended without a report. */
const vitest = (project) => async () => {
  const file = join(results, `${project}.json`)
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const code = await launch(bin('vitest'), args)
  const report = readJson(file)
  if (!report) return one(false)
  const failed =
    report.numFailedTests +
    report.testResults.filter((t) => t.status === 'failed' && t.assertionResults.length === 0).length
  return {
    passed: report.numPassedTests,
    failed: failed || (code === 0 ? 0 : 1),
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/** End-to-end tests on the real Electron, on a display of their own where the system has none to spare. */
async function e2e() {
  const args = [bin('playwright'), 'test']
  const virtual = process.platform === 'linux'
  const code = await (virtual
    ? launch('xvfb-run', ['-a', '-s', '-screen 0 1600x1000x24', process.execPath, ...args])
    : launch(process.execPath, args))
  const stats = readJson(join(results, 'e2e.json'))?.stats
  if (!stats) return one(false)
  if (stats.flaky > 0) console.log(`${stats.flaky} passed only when tried again.`)
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected || (code === 0 ? 0 : 1),
    skipped: stats.skipped,
  }
}

const SUITES = {
  lint: check('eslint', '.', '--max-warnings', '0'),
  format: check('prettier', '--check', '--log-level', 'warn', '.'),
  types: check('tsc', '-p', 'tsconfig.node.json'),
  'types of science': check('tsc', '-p', 'tsconfig.science.json'),
  'types of the window': check('svelte-check', '--tsconfig', './tsconfig.web.json'),
  canary,
  unit: vitest('node'),
  component: vitest('renderer'),
  e2e,
}

const counted = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in SUITES))
if (unknown.length > 0) {
  console.error(`There is no suite "${unknown[0]}". Suites: ${Object.keys(SUITES).join(', ')}`)
  process.exit(2)
}

await orExit(() => setup({ tests: true }))
rmSync(results, { recursive: true, force: true })
const lines = []
const total = { ...nothing }
for (const [name, suite] of Object.entries(SUITES)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  console.log(`\n── ${name}`)
  const started = Date.now()
  const counts = await suite()
  for (const key of Object.keys(total)) total[key] += counts[key]
  lines.push(`${name.padEnd(20)} ${counted(counts).padEnd(36)} ${((Date.now() - started) / 1000).toFixed(0)} s`)
}
console.log(`\n── summary\n${lines.join('\n')}\n\n${counted(total)}`)
process.exitCode = total.failed > 0 ? 1 : 0
