// What is expected of runs, and what they take: node scripts/bench-estimates.mjs [preset…] (default: all whose models are
// here). Each in a home of its own: first by rates and sizes alone, then as a few measured steps say, then the run; then
// the preset with another seed, of which the home knows. On a quiet machine; all of it takes most of an hour on two cores.
import './setup/node-version.mjs'
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withHome } from './measure/app.mjs'
import { root } from './setup/common.mjs'

const PRESETS = join(root, 'resources', 'presets')
/** Of no preset. */
const OTHER_SEED = 100

/** What the command line says of it on its last line; null where it refuses. */
function w2s(home, ...args) {
  const options = { cwd: root, encoding: 'utf8', env: { ...process.env, W2S_HOME: home }, maxBuffer: 2 ** 30 }
  const { stdout, stderr, status } = spawnSync(process.execPath, ['scripts/w2s.mjs', ...args, '--json'], options)
  const said = JSON.parse(stdout.trimEnd().split('\n').at(-1) || 'null')
  if (status === 0) return said
  console.log(`${args.join(' ')}: ${(said?.error?.message ?? stderr).trim().split('\n').at(-1)}`)
  return null
}

const time = (seconds) =>
  seconds === null ? '–' : seconds < 120 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`
const size = (bytes) => (bytes === null ? '–' : `${(bytes / 1e6).toFixed(0)} MB`)
const off = (guess, real) =>
  guess === null ? '–' : `${guess < real ? '−' : '+'}${Math.abs((guess / real - 1) * 100).toFixed(0)} %`
const row = (cells) => console.log(`| ${cells.join(' | ')} |`)

/** One run, with what was expected of it in each way there is. */
function measure(home, name, file, again) {
  const most = (plan) => Math.max(...plan.needs.map(({ total }) => total))
  const first = w2s(home, 'plan', file)
  if (first === null) return false
  const dry = again ? null : w2s(home, 'plan', file, '--measure')
  const done = w2s(home, 'run', file, '--no-export')
  if (done === null) return false
  const { seconds, use } = w2s(home, 'show', 'last').run
  const held = use.peakBytes
  row([
    ...[again ? `${name} again` : name, time(first.seconds), time(dry?.seconds ?? null), time(seconds)],
    ...[off(first.seconds, seconds), off(dry?.seconds ?? null, seconds)],
    ...[size(most(first)), size(dry && most(dry)), size(held), off(most(first), held), off(dry && most(dry), held)],
  ])
  return true
}

const all = readdirSync(PRESETS).map((file) => file.replace('.json', ''))
const asked = process.argv.slice(2)
row([
  'preset',
  'time expected',
  'after steps',
  'taken',
  'error',
  'after steps',
  'memory expected',
  'after steps',
  'most seen',
  'error',
  'after steps',
])
row(Array(11).fill('---'))
for (const name of asked.length > 0 ? asked : all)
  await withHome((home) => {
    const { spec } = JSON.parse(readFileSync(join(PRESETS, `${name}.json`), 'utf8'))
    const other = join(home, 'other.json')
    writeFileSync(other, JSON.stringify({ ...spec, seeds: [OTHER_SEED] }))
    if (measure(home, name, name, false)) measure(home, name, other, true)
  })
