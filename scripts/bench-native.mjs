// Measures the native engine against PyTorch eager and TensorFlow.js: the same models, weights and batches, taking turns.
//
//   npm run bench -- native [--case d64] [--seconds 10] [--threads 2] [--isa avx2] [--json out.json]
//
// --install: puts PyTorch into a virtual environment of its own; --python: an interpreter that has it.
// --models: the cache folder with pretrained models (`w2s models get minilm-l6`); without them, their shapes.
// --tensorflow: TensorFlow.js on every case (else on those up to 5 million weights).
// --cpu: processor time on one thread instead of time on the clock, for a machine that has other work to do.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { closeApp, load, root } from '../src-native/bench/app.mjs'
import { CASES } from '../src-native/bench/cases.mjs'
import { alternate, clocks, expectSame, LearnerSide, TorchSide, UPDATE } from '../src-native/bench/contenders.mjs'
import { findTorch, installTorch, startTorch } from '../src-native/bench/torch.mjs'
import { disturbance, disturbanceText, processorName, snapshot } from '../src-native/bench/machine.mjs'
import { build } from '../src-native/build.mjs'

const { cacheFolder } = await load('src-main/engine/tensorflow/paths.ts')
const { loadBackend, loadAddon, isaOf, NativeLearner } = await load(
  'src-main/engine/backends/index.ts',
  'src-main/engine/backends/native/addon.ts',
  'src-main/engine/backends/native/learner.ts',
)
const { weightsOf, valuesOf } = await load('src-main/engine/backends/layout.ts')

const { values: options } = parseArgs({
  options: {
    case: { type: 'string', multiple: true },
    seconds: { type: 'string', default: '10' },
    threads: { type: 'string', default: '2' },
    isa: { type: 'string' },
    json: { type: 'string' },
    python: { type: 'string' },
    models: { type: 'string', default: cacheFolder() },
    install: { type: 'boolean', default: false },
    tensorflow: { type: 'boolean', default: false },
    cpu: { type: 'boolean', default: false },
  },
})
const unknown = options.case?.find((name) => !CASES.some((each) => each.name === name))
if (unknown !== undefined) {
  console.error(`--case: expected one of ${CASES.map(({ name }) => name).join(', ')}, got ${unknown}`)
  process.exit(2)
}
const threads = options.cpu ? 1 : Number(options.threads)
const now = options.cpu ? clocks.processor : clocks.wall
/** Weights over which contenders do not share the memory of the machine, and TensorFlow.js is left out. */
const LARGE = 5e7
const SMALL = 5e6

const addonFile = await build()
const addon = loadAddon()
const isa = isaOf(addon)
const environment = join(cacheFolder(), 'bench-torch')
if (options.install) installTorch(environment)
const torchAt = findTorch(options.python, environment)
if (torchAt.missing) console.log(torchAt.missing)
const tensorflow = await loadBackend('tensorflow').catch((error) => {
  console.log(`TensorFlow.js: ${error.message}`)
  return null
})

/** The weights as one file for the Python side: 8 bytes of header length, JSON header, float32 data. */
function writeWeights(path, tensors) {
  const header = Buffer.from(JSON.stringify(tensors.map(({ name, shape }) => ({ name, shape }))))
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(BigInt(header.length))
  const data = tensors.map((t) => Buffer.from(t.data.buffer, t.data.byteOffset, t.data.byteLength))
  writeFileSync(path, Buffer.concat([size, header, ...data]))
}

let torchVersion = null
/** A PyTorch process for the case; `reset` gives it the case's model and weights. Null where there is no PyTorch. */
async function torchFor({ net, weights, batches }) {
  if (torchAt.missing) return null
  const torch = startTorch(torchAt.python)
  const folder = mkdtempSync(join(tmpdir(), 'w2s-bench-'))
  const file = join(folder, 'weights')
  writeWeights(file, weights)
  const setup = { spec: net, weights: file, batches, threads, update: UPDATE, cpu: options.cpu }
  return {
    ...torch,
    async reset() {
      torchVersion = (await torch.ask('setup', setup)).version
    },
    stop() {
      torch.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Weights of the case, all of them; the head is not left at zero, so that logits can be compared. */
function weightsFor({ net, weights }) {
  return weightsOf(net, { seed: 1, weights }).map((tensor) => {
    const data = tensor.name.startsWith('head.') ? tensor.data.map((_, i) => 0.05 * Math.sin(i)) : valuesOf(tensor)
    const shape = tensor.transposed ? tensor.shape.toReversed() : tensor.shape
    return { name: tensor.name, shape, data }
  })
}

/** What the engine's own report, and the system, say of the memory of a step. */
function memoryOf({ net, batches }, extra) {
  const largest = batches.reduce((a, b) => (b.tokens.flat().length > a.tokens.flat().length ? b : a))
  const offsets = [0]
  for (const tokens of largest.tokens) offsets.push(offsets.at(-1) + tokens.length)
  const batch = { n: largest.tokens.length, tokens: largest.tokens.flat(), offsets }
  const input = JSON.stringify({ addon: addonFile, net, batch, options: { threads, ...extra } })
  const script = join(root, 'src-native/bench/peak.mjs')
  const { stdout, status } = spawnSync(process.execPath, [script], { input, encoding: 'utf8' })
  if (status !== 0) return {}
  const { parameters, peak, ...report } = JSON.parse(stdout)
  const bytes = Object.values(report).reduce((a, b) => a + b)
  const needed = 4 * 4 * parameters + report.activations
  return { bytes, needed, peak, report }
}

/** Measures the named sides (of which the first is the engine) and PyTorch, where it is; one row a kind of call. */
async function group(one, opened, engine, torch, others) {
  const sides = { engine, ...others }
  if (torch) {
    const tolerance = one.bf16 ? 0.1 : 1e-3
    await torch.reset()
    await expectSame(one.name, engine, new TorchSide(torch, one.bf16), tolerance)
    sides.torch = new TorchSide(torch)
    if (one.bf16) sides.torchBf16 = new TorchSide(torch, true)
  }
  const rows = []
  for (const call of ['step', 'forward']) {
    const before = snapshot()
    const times = await alternate(Object.values(sides), call, Number(options.seconds), 3)
    const seconds = Object.fromEntries(Object.keys(sides).map((name, i) => [name, times[i]]))
    const row = { case: one.name, call: one.bf16 ? `${call} in bf16` : call, seconds, disturbed: disturbance(before) }
    rows.push(row)
    say(row)
  }
  return rows
}

const sideOf = async ({ net, weights, batches }, extra) => {
  const kernels = extra.precision === 'bf16' ? 'avx512' : (options.isa ?? isa)
  const learner = await NativeLearner.create(addon, net, { weights }, { threads, isa: kernels, ...extra })
  return new LearnerSide(learner, batches, now)
}

/** All rows of one case, in single precision and (the large one) in bf16. */
async function measure(one) {
  const opened = await one.open(options.models)
  opened.weights = weightsFor(opened)
  const parameters = opened.weights.reduce((sum, { data }) => sum + data.length, 0)
  const tokens = opened.batches.reduce((sum, b) => sum + b.tokens.flat().length, 0) / opened.batches.length
  console.log(`${one.name}: ${(parameters / 1e6).toFixed(2)} M weights, ${opened.about}, ${Math.round(tokens)} tokens`)
  const torch = await torchFor(opened)
  const large = parameters > LARGE
  const withShortcut = opened.net.pooling !== 'mean'
  const others = {}
  try {
    const engine = await sideOf(opened, {})
    if (withShortcut && !large) others.whole = await sideOf(opened, { shortcut: false })
    if (tensorflow && (parameters < SMALL || options.tensorflow)) {
      const learner = await tensorflow.create(opened.net, { weights: opened.weights })
      others.tensorflow = new LearnerSide(learner, opened.batches, now)
    }
    const rows = await group(one, opened, engine, torch, others)
    for (const side of [engine, ...Object.values(others)]) side.learner.dispose()
    if (withShortcut && large) {
      const whole = await sideOf(opened, { shortcut: false })
      const again = await group({ ...one, name: `${one.name}, no shortcut` }, opened, whole, torch, {})
      again.forEach(({ seconds }, i) =>
        Object.assign(rows[i].seconds, { whole: seconds.engine, wholeTorch: seconds.torch }),
      )
      whole.learner.dispose()
    }
    rows[0].memory = memoryOf(opened, {})
    if (large && addon.bf16 && !options.isa) {
      const rounded = await sideOf(opened, { precision: 'bf16' })
      const bf16 = await group({ ...one, bf16: true }, opened, rounded, torch, {})
      rounded.learner.dispose()
      bf16[0].memory = memoryOf(opened, { precision: 'bf16' })
      rows.push(...bf16)
    }
    for (const row of rows) row.target = one.targets[row.call] ?? null
    return rows
  } finally {
    torch?.stop()
  }
}

const ms = (seconds) =>
  seconds === undefined ? '' : (seconds * 1000).toPrecision(3).replace(/e\+\d+/, '') && fixed(seconds * 1000)
const fixed = (x) => (x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2))
const ratio = (a, b) => (a === undefined || b === undefined ? '' : (a / b).toFixed(2))

/** A row as it is printed: milliseconds, and ratios (how many times as long as the engine). */
function shown({ case: name, call, seconds: s, target, memory }) {
  return {
    case: `${name} ${call}`,
    engine: ms(s.engine),
    torch: ms(s.torch),
    ratio: ratio(s.torch, s.engine),
    asked:
      target === null
        ? ''
        : `${target}${s.torch === undefined ? '' : s.torch / s.engine >= target ? ' met' : ' MISSED'}`,
    'no shortcut': ms(s.whole),
    'ratio ': ratio(s.wholeTorch ?? s.torch, s.whole),
    'torch bf16': ms(s.torchBf16),
    'ratio  ': ratio(s.torchBf16, s.engine),
    tensorflow: ms(s.tensorflow),
    'ratio   ': ratio(s.tensorflow, s.engine),
    MB: memory?.bytes ? Math.round(memory.bytes / 1e6) : '',
    'of needed': memory?.bytes ? (memory.bytes / memory.needed).toFixed(2) : '',
    'peak MB': memory?.peak ? Math.round(memory.peak / 1e6) : '',
  }
}

function print(rows) {
  const table = rows.map(shown)
  const columns = Object.keys(table[0]).filter((column) => table.some((row) => row[column] !== ''))
  const widths = columns.map((c) => Math.max(c.trim().length, ...table.map((row) => String(row[c]).length)))
  const line = (cells) => console.log(cells.map((c, i) => (i ? c.padStart(widths[i]) : c.padEnd(widths[i]))).join('  '))
  line(columns.map((c) => c.trim()))
  for (const row of table) line(columns.map((c) => String(row[c])))
}

/** A row as soon as it is measured: the table comes at the end, and a run may be cut short. */
function say({ case: name, call, seconds: s, disturbed }) {
  const torch = s.torch === undefined ? '' : `, PyTorch ${ms(s.torch)} ms: ${ratio(s.torch, s.engine)} times as long`
  const other = disturbanceText(disturbed)
  console.log(`  ${name} ${call}: ${ms(s.engine)} ms${torch}${other ? ` (${other})` : ''}`)
}

/** Thread counts to be measured: 1, 2, 4 … and all. */
function threadCounts() {
  const counts = []
  for (let n = 1; n < addon.threads; n *= 2) counts.push(n)
  return [...counts, addon.threads]
}

/** How the engine alone scales: each count of threads by turns with one thread, as a share of so many times its speed. */
async function scaling(one) {
  const opened = await one.open(options.models)
  opened.weights = weightsFor(opened)
  const counts = threadCounts()
  const sides = []
  for (const count of counts) sides.push(await sideOf(opened, { threads: count }))
  for (const call of ['step', 'forward']) {
    const before = snapshot()
    const times = await alternate(sides, call, Number(options.seconds), 3)
    const parts = counts.map((n, i) => `${n}: ${ms(times[i])} ms, ${Math.round((100 * times[0]) / times[i] / n)} %`)
    const other = disturbanceText(disturbance(before))
    console.log(
      `  ${one.name} ${call} by threads, share of linear scaling: ${parts.join('; ')}${other ? ` (${other})` : ''}`,
    )
  }
  for (const side of sides) side.learner.dispose()
}

console.log(`${processorName()}; kernels ${options.isa ?? isa}`)
const rows = []
for (const one of CASES) if (!options.case || options.case.includes(one.name)) rows.push(...(await measure(one)))
if (!options.cpu)
  for (const one of CASES.filter(({ name }) => (options.case ?? ['d128', 'MiniLM-L6, short']).includes(name)))
    await scaling(one)
const unit = options.cpu ? 'milliseconds of the processor' : 'milliseconds'
const about = {
  processor: processorName(),
  threads,
  isa: options.isa ?? isa,
  torch: torchVersion,
  tensorflow: tensorflow?.version ?? null,
  date: new Date().toISOString().slice(0, 10),
  unit,
}
console.log(
  `\n${about.processor}, ${threads} thread${threads === 1 ? '' : 's'}, ${about.isa}, PyTorch ${torchVersion ?? '-'}, ${about.date}; ${unit}, medians`,
)
print(rows)
if (options.json) writeFileSync(options.json, JSON.stringify({ ...about, rows }, null, 2) + '\n')
await closeApp()
