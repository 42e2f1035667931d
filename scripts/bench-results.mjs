// What the results of arms cost: every metric with its intervals, and all arms of a task paired with one another.
// node scripts/bench-results.mjs [test rows, default 1000] [--python PYTHON]   (a PYTHON with numpy is the peer)
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '..')
const built = join(root, 'out', `bench-results-${process.pid}`)
const { values, positionals } = parseArgs({ allowPositionals: true, options: { python: { type: 'string' } } })
const rows = Number(positionals[0] ?? 1000)
const METHODS = ['naive', 'confidence', 'entropy', 'product']
const ROUNDS = 5

const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1]
const ms = (value) => `${value.toFixed(0)} ms`

async function load() {
  const input = {
    metrics: join(root, 'src-main/science/metrics/index.ts'),
    simulated: join(root, 'test/science/metrics/simulated.ts'),
  }
  const options = { ssr: true, outDir: built, target: 'node20.18', rolldownOptions: { input } }
  await build({ root, configFile: false, logLevel: 'error', build: options })
  const modules = Object.keys(input).map((name) => import(pathToFileURL(join(built, `${name}.js`)).href))
  return Object.assign({}, ...(await Promise.all(modules)))
}

function timed(work) {
  work()
  const times = Array.from({ length: ROUNDS }, () => {
    const began = performance.now()
    work()
    return performance.now() - began
  })
  return median(times)
}

/** The same resamples of the same number of statistics with numpy, as one who knows it would write them. */
function peer() {
  const script = join(import.meta.dirname, 'bench-results.py')
  const { status, stdout, stderr } = spawnSync(values.python, [script, `${rows}`], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

try {
  const { armResult, contrasts, simulate, planned, METRICS } = await load()
  const course = Array.from({ length: 21 }, (_, e) => 0.5 + 0.4 * (1 - Math.exp(-e / 4)))
  const seeds = simulate({ rows, course })
  const arms = planned(METHODS)
  for (const [title, group] of [
    ['every row its own group', (i) => `row ${i}`],
    ['46 groups', (i) => `group ${i % 46}`],
  ]) {
    const groups = seeds[0].truth.map((_, i) => group(i))
    const inputs = { arm: arms[0], stop: 'last', classes: ['a', 'b'], groups, redraw: 'halves', seeds }
    const reported = seeds.map(({ seed, weak, ceiling, student }) => ({ seed, weak, ceiling, student: student.at(-1) }))
    const compared = arms.map((arm) => ({ arm, seeds: reported }))
    console.log(`${rows} rows, 3 seeds, ${title}`)
    for (const [name, metrics] of [
      ['all metrics', METRICS],
      ...Object.entries(METRICS).map(([id, metric]) => [id, { [id]: metric }]),
    ])
      console.log(`  result of an arm, ${name}: ${ms(timed(() => armResult(inputs, metrics)))}`)
    const all = timed(() => contrasts(compared, seeds[0].truth, groups))
    console.log(`  ${METHODS.length} arms paired with one another: ${ms(all)}`)
  }
  if (values.python)
    for (const [name, seconds] of Object.entries(peer()))
      console.log(`numpy, ${name}, resamples alone: ${ms(1000 * seconds)}`)
} finally {
  rmSync(built, { recursive: true, force: true })
}
