// Measures the native engine against PyTorch eager: the same model, weights and batches, the two taking turns in one run.
//
//   node scripts/bench-native.mjs [--python .venv/bin/python] [--case d128] [--seconds 10] [--threads 2] [--isa avx2]
//
// --python: an interpreter with torch (default: python3); --alone: measure the engine only.
// --cpu: processor time on one thread instead of time on the clock, for a machine that has other work to do.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { CASES } from '../src-native/bench/cases.mjs'
import { build } from '../src-native/build.mjs'

const root = resolve(import.meta.dirname, '..')
const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    case: { type: 'string', multiple: true },
    seconds: { type: 'string', default: '10' },
    threads: { type: 'string', default: '2' },
    isa: { type: 'string' },
    alone: { type: 'boolean', default: false },
    cpu: { type: 'boolean', default: false },
  },
})
const threads = options.cpu ? 1 : Number(options.threads)
const UPDATE = { lr: 1e-4, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01, clipNorm: 0 }

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
const processor = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
const clock = () => performance.now() / 1000
const now = options.cpu ? processor : clock

/** PyTorch in a process of its own, asked by JSON lines; null where there is none. */
async function startTorch() {
  if (options.alone) return null
  const script = join(root, 'src-native/bench/torch_worker.py')
  const child = spawn(options.python, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const exited = new Promise((done) => child.once('close', () => done(null)).once('error', () => done(null)))
  const ask = async (call, args = {}) => {
    child.stdin.write(JSON.stringify({ call, ...args }) + '\n')
    const answer = await Promise.race([answers.next(), exited])
    if (!answer?.value) throw new Error(`${options.python} gave no answer to ${call}: is torch installed there?`)
    return JSON.parse(answer.value)
  }
  return { ask, stop: () => child.kill() }
}

/** The weights as one file that the Python side reads: 8 bytes of header length, JSON header, float32 data. */
function writeWeights(path, tensors) {
  const header = Buffer.from(JSON.stringify(tensors.map(({ name, shape }) => ({ name, shape }))))
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(BigInt(header.length))
  const data = tensors.map((t) => Buffer.from(t.data.buffer, t.data.byteOffset, t.data.byteLength))
  writeFileSync(path, Buffer.concat([size, header, ...data]))
}

function packed({ tokens, labels }) {
  const offsets = new Int32Array(tokens.length + 1)
  tokens.forEach((t, i) => (offsets[i + 1] = offsets[i] + t.length))
  return { batch: { n: tokens.length, tokens: Int32Array.from(tokens.flat()), offsets }, labels }
}

/** Gradient of the mean softmax cross-entropy. */
function dLogitsOf(logits, labels) {
  const classes = logits.length / labels.length
  const out = new Float32Array(logits.length)
  labels.forEach((label, i) => {
    let total = 0
    for (let c = 0; c < classes; c++) total += out[i * classes + c] = Math.exp(logits[i * classes + c])
    for (let c = 0; c < classes; c++) {
      const at = i * classes + c
      out[at] = (out[at] / total - (c === label ? 1 : 0)) / labels.length
    }
  })
  return out
}

/** The engine's side of one case: seconds of `count` steps, or forward passes. */
class Engine {
  constructor(addon, spec, batches, extra) {
    this.model = new addon.Model(spec, { threads, ...(options.isa ? { isa: options.isa } : {}), ...extra })
    this.batches = batches.map(packed)
    this.at = 0
  }
  next() {
    return this.batches[this.at++ % this.batches.length]
  }
  async forward(count) {
    const times = []
    for (let i = 0; i < count; i++) {
      const { batch } = this.next()
      const start = now()
      await this.model.forward(batch)
      times.push(now() - start)
    }
    return times
  }
  async step(count) {
    const times = []
    for (let i = 0; i < count; i++) {
      const { batch, labels } = this.next()
      const start = now()
      const logits = await this.model.forward(batch, true)
      await this.model.backward(dLogitsOf(logits, labels))
      await this.model.step(UPDATE)
      times.push(now() - start)
    }
    return times
  }
}

/** Turns of about 0.3 s each, so that a busy machine is busy for both. */
async function alternate(contenders, seconds) {
  const all = contenders.map(() => [])
  const counts = []
  for (const [i, work] of contenders.entries()) {
    const first = await work(3)
    counts[i] = Math.max(1, Math.min(200, Math.round(0.3 / median(first))))
  }
  for (const start = clock(); clock() - start < seconds;)
    for (const [i, work] of contenders.entries()) {
      all[i].push(...(await work(counts[i])))
      await sleep(20) // PyTorch's threads spin for a while after their work
    }
  return all.map(median)
}

const MS = (seconds) => (seconds * 1000).toFixed(seconds < 0.1 ? 2 : 0)

async function measure(addon, torch, { name, spec, batches, bf16 }) {
  const engines = {
    shortcut: new Engine(addon, spec, batches, {}),
    whole: new Engine(addon, spec, batches, { shortcut: false }),
  }
  await engines.shortcut.model.initialise(1)
  const weights = await engines.shortcut.model.save()
  for (const t of weights) if (t.name === 'head.weight') t.data.forEach((_, i) => (t.data[i] = Math.sin(i) * 0.05))
  for (const engine of Object.values(engines)) await engine.model.load(weights)
  if (torch) {
    const folder = mkdtempSync(join(tmpdir(), 'w2s-bench-'))
    writeWeights(join(folder, 'weights'), weights)
    await torch.ask('setup', {
      spec,
      weights: join(folder, 'weights'),
      batches,
      threads,
      update: UPDATE,
      bf16: bf16 ?? false,
      cpu: options.cpu,
    })
    rmSync(folder, { recursive: true })
    const { logits } = await torch.ask('logits')
    const own = await engines.shortcut.model.forward(engines.shortcut.batches[0].batch)
    const off = Math.max(...logits.flat().map((z, i) => Math.abs(z - own[i])))
    if (!(off < (bf16 ? 0.1 : 1e-3))) throw new Error(`${name}: the two models differ by ${off}`)
  }
  const seconds = Number(options.seconds)
  const row = { case: name }
  for (const kind of ['step', 'forward']) {
    const contenders = [(n) => engines.shortcut[kind](n), (n) => engines.whole[kind](n)]
    if (torch) contenders.push(async (n) => (await torch.ask(kind, { count: n })).times)
    const [shortcut, whole, other] = await alternate(contenders, seconds)
    row[kind] = MS(shortcut)
    row[`${kind}, whole`] = MS(whole)
    if (!other) continue
    row[`torch ${kind}`] = MS(other)
    row[`${kind} ratio`] = (other / shortcut).toFixed(2)
    row[`${kind} ratio, whole`] = (other / whole).toFixed(2)
  }
  const memory = await engines.shortcut.model.memory()
  row['MB'] = Math.round(Object.values(memory).reduce((a, b) => a + b) / 1e6)
  const needed = memory.weights + memory.weights + memory.moments + memory.activations
  row['of needed'] = (Object.values(memory).reduce((a, b) => a + b) / needed).toFixed(2)
  for (const engine of Object.values(engines)) engine.model.dispose()
  return row
}

const addon = createRequire(import.meta.url)(await build())
const torch = await startTorch()
console.log(
  `${cpus()[0].model}, ${threads} threads, ${options.isa ?? addon.isas[0]}; ${options.cpu ? 'processor ' : ''}milliseconds, medians; whole: without the shortcut in the last block`,
)
const rows = []
for (const one of CASES()) {
  if (options.case && !options.case.includes(one.name)) continue
  rows.push(await measure(addon, torch, one))
  console.log(JSON.stringify(rows.at(-1)))
}
console.table(rows)
torch?.stop()
