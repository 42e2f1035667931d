// What a preset's models make of other optimisers, on development rows alone:
//   npm run build && node scripts/tune.mjs five-tasks --epochs 2,5,10 --lr 0.001,0.003
// Every setting is a run of its own. It goes to all models, or with `--side strong` to the students and ceilings alone;
// what it does not say is as the spec has it. `--tasks`, `--seeds`, `--methods` and `--evaluations` make a run smaller.
// A setting is chosen by how well models do on ground truth, which is what the last tables say: the supervisor's accuracy
// for the weak model, the ceiling's for the strong one. By the student, the PGR or a difference of methods one would
// choose the finding itself. Test rows are never touched. A second call with the same home only runs what is new.
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runSpec } from './headless.mjs'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    epochs: { type: 'string', default: '2,5,10' },
    lr: { type: 'string', default: '' },
    side: { type: 'string', default: 'both' },
    tasks: { type: 'string', default: '' },
    seeds: { type: 'string', default: '' },
    methods: { type: 'string', default: '' },
    evaluations: { type: 'string', default: '2' },
    home: { type: 'string', default: '' },
    app: { type: 'string', default: resolve(import.meta.dirname, '..') },
  },
})
const SIDES = { both: ['weak', 'strong'], weak: ['weak'], strong: ['strong'] }
const sides = SIDES[options.side]
if (!sides) throw new Error(`--side: expected weak, strong or both, got ${JSON.stringify(options.side)}`)
const what = positionals[0] ?? 'quickstart'
const home = options.home || mkdtempSync(join(tmpdir(), 'w2s-tune-'))
const spec = smaller(specOf(what))
const settings = listOf(options.epochs).flatMap((epochs) =>
  (options.lr ? listOf(options.lr) : [undefined]).map((lr) => ({ epochs, ...(lr !== undefined && { lr }) })),
)
console.log(`${what} on development rows, ${options.side} varied, in ${home}`)
const found = settings.map((setting) => report(setting))
for (const [quantity, side] of Object.entries({ weak: 'weak', ceiling: 'strong' }))
  if (sides.includes(side)) compare(quantity)

function listOf(text) {
  const numbers = text.split(',').map(Number)
  if (numbers.some((n) => !(n >= 0))) throw new Error(`expected numbers with commas between, got ${text}`)
  return numbers
}

function specOf(name) {
  if (name.endsWith('.json')) return JSON.parse(readFileSync(name, 'utf8'))
  return JSON.parse(readFileSync(join(options.app, 'resources', 'presets', `${name}.json`), 'utf8')).spec
}

function smaller(all) {
  const { tasks, seeds, methods, evaluations } = options
  return {
    ...all,
    ...(tasks && { tasks: tasks.split(',') }),
    ...(seeds && { seeds: listOf(seeds) }),
    ...(methods && { methods: all.methods.filter(({ method }) => methods.split(',').includes(method)) }),
    evaluations: Number(evaluations),
  }
}

/** The spec with one setting for all models of the sides that vary, each model once. */
function specWith(setting) {
  const varied = sides.map((side) => {
    const once = new Map(spec[side].map(({ optimiser: _, ...model }) => [JSON.stringify(model), model]))
    return [side, [...once.values()].map((model) => ({ ...model, optimiser: setting }))]
  })
  const name = `${spec.name}, ${titleOf(setting)}`
  return { ...spec, ...Object.fromEntries(varied), name, measure: 'development' }
}

function titleOf({ epochs, lr }) {
  return [`${epochs} epochs`, ...(lr === undefined ? [] : [`rate ${lr}`])].join(', ')
}

/** Runs one setting and prints it, a line an arm. */
function report(setting) {
  const started = performance.now()
  const file = `${titleOf(setting).replaceAll(/\W+/g, '-')}-${options.side}.json`
  const { results, contrasts } = runSpec(specWith(setting), { app: options.app, home, file })
  const lines = results.map(({ arm, measures: { accuracy: told } }) => [
    arm.title,
    ...[told.weak, told.student, told.ceiling].map(accuracy),
    told.pgr.defined ? interval(told.pgr, 2) : 'undefined',
    Object.values(told.references).map(accuracy).join(' ') || '-',
    contrasts
      .filter((one) => one.arm === arm.id && one.differ === 'method')
      .map(({ title, measures }) => `${title} ${interval(measures.accuracy.student, 3)}`)
      .join('; '),
  ])
  console.log(`\n${titleOf(setting)} (${((performance.now() - started) / 1000).toFixed(0)} s)`)
  print([['', 'weak', 'student', 'ceiling', 'PGR', 'reference', 'difference, paired'], ...lines])
  return { setting, results }
}

/** Accuracies of one quantity by setting and task; the best mean over tasks is what the criterion takes. */
function compare(quantity) {
  const names = [...new Map(found[0].results.map(({ arm }) => [groupOf(arm), arm])).keys()]
  const rows = found.map(({ setting, results }) => {
    const values = names.map(
      (name) => results.find(({ arm }) => groupOf(arm) === name).measures.accuracy[quantity].value,
    )
    return { setting, values, mean: values.reduce((sum, x) => sum + x, 0) / values.length }
  })
  const best = Math.max(...rows.map(({ mean }) => mean))
  console.log(`\n${quantity}`)
  print([
    ['', ...names, 'mean', ''],
    ...rows.map(({ setting, values, mean }) => [
      titleOf(setting),
      ...[...values, mean].map((x) => x.toFixed(3)),
      mean === best ? 'best' : '',
    ]),
  ])
}

/** What a supervisor and a ceiling go by: their task and model, whatever they were trained by. */
function groupOf({ task, weak, strong }) {
  const tellOf = (side) => (spec[side].length > 1 ? ` ${Object.values(side === 'weak' ? weak : strong).join(' ')}` : '')
  return task + tellOf('weak') + tellOf('strong')
}

function accuracy(estimate) {
  return estimate ? estimate.value.toFixed(3) : '-'
}

function interval({ value, low, high }, digits) {
  return `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`
}

function print(rows) {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)))
  for (const row of rows)
    console.log(row.map((cell, c) => (c ? cell.padStart(widths[c]) : cell.padEnd(widths[c]))).join('  '))
}
