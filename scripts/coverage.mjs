// How often the 95 % intervals of a preset hold the mean over many splits of its data:
//   npm run build && node scripts/coverage.mjs quickstart --splits 40 --home <folder>
// Every split is a run of its own, with another split seed; `--redraw order` and `--seeds 0,1,2,3,4` say how it is run,
// `--evaluations 2` makes it quicker and leaves the numbers at the last step as they are.
// The mean over the splits stands for what the experiment would find on any: a told interval that does not hold it is a
// promise that was not kept. What a split gave is kept in the home: a second call goes on from there.
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runSpec } from './headless.mjs'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    splits: { type: 'string', default: '40' },
    home: { type: 'string', default: '' },
    redraw: { type: 'string', default: 'halves' },
    seeds: { type: 'string', default: '' },
    evaluations: { type: 'string', default: '' },
    app: { type: 'string', default: resolve(import.meta.dirname, '..') },
  },
})
const preset = positionals[0] ?? 'quickstart'
const home = options.home || mkdtempSync(join(tmpdir(), 'w2s-coverage-'))
const { spec } = JSON.parse(readFileSync(join(options.app, 'resources', 'presets', `${preset}.json`), 'utf8'))
const splits = Array.from({ length: Number(options.splits) }, (_, splitSeed) => resultsOf(splitSeed)).filter(Boolean)
if (splits.length === 0) throw new Error('No split was run: see what the command line said above.')
console.log(`${preset}, redraw ${options.redraw}: ${splits.length} splits in ${home}`)
console.log(splits[0].covers)
print()

/** The results of one split, run if they are not there yet; null where the run failed. */
function resultsOf(splitSeed) {
  const kept = join(home, `split-${splitSeed}.result.json`)
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8'))
  const seeds = options.seeds ? options.seeds.split(',').map(Number) : spec.seeds
  const name = `${spec.name}, split ${splitSeed}`
  const evaluations = options.evaluations ? { evaluations: Number(options.evaluations) } : {}
  const started = Date.now()
  try {
    const split = { ...spec, ...evaluations, name, seeds, splitSeed, redraw: options.redraw }
    const found = runSpec(split, { app: options.app, home, file: `split-${splitSeed}.json` })
    writeFileSync(kept, JSON.stringify(found))
    return found
  } catch (error) {
    console.error(String(error.message))
    return null
  } finally {
    console.error(`split ${splitSeed}: ${((Date.now() - started) / 1000).toFixed(1)} s`)
  }
}

/** One line a quantity and method. */
function print() {
  const rows = [['', 'mean', 'over splits', 'held', 'share', 'median width']]
  const told = new Set()
  for (const [i, { arm }] of splits[0].results.entries()) {
    const { task, weakTitle, strongTitle, title } = arm
    // Arms share supervisors and ceilings: each is told once.
    const names = {
      weak: `${task} · ${weakTitle} · weak`,
      ceiling: `${task} · ${strongTitle} · ceiling`,
      student: `${title} · student`,
      pgr: `${title} · PGR`,
    }
    for (const [quantity, name] of Object.entries(names)) {
      if (told.has(name)) continue
      told.add(name)
      const estimates = splits.map(({ results }) => results[i].measures.accuracy?.[quantity])
      rows.push(lineOf(name, estimates))
    }
  }
  for (const [i, { arm, differ, title }] of splits[0].contrasts.entries()) {
    if (differ !== 'method') continue
    const { task, weakTitle, strongTitle } = splits[0].results.find((one) => one.arm.id === arm).arm
    for (const quantity of ['student', 'pgr']) {
      const differences = splits.map(({ contrasts }) => contrasts[i]?.measures.accuracy?.[quantity])
      rows.push(lineOf(`${task} · ${weakTitle} → ${strongTitle} · ${title} · ${quantity}`, differences))
    }
  }
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)))
  for (const row of rows)
    console.log(row.map((cell, c) => (c ? cell.padStart(widths[c]) : cell.padEnd(widths[c]))).join('  '))
}

/** What cannot be told (an undefined PGR) holds nothing, and is counted. */
function lineOf(name, told) {
  const defined = told.filter((one) => one && one.defined !== false)
  const values = defined.map(({ value }) => value)
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const held = defined.filter(({ low, high }) => low <= mean && mean <= high).length
  const width = defined.map(({ low, high }) => high - low).toSorted((a, b) => a - b)[defined.length >> 1]
  const range = `${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)}`
  return [
    name,
    mean.toFixed(3),
    range,
    `${held} of ${told.length}`,
    `${((100 * held) / told.length).toFixed(0)} %`,
    width.toFixed(3),
  ]
}
