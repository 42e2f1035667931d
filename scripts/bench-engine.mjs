// Measures the engine on the shapes of the quick start, on every backend that loads here: node scripts/bench-engine.mjs
// `--preset <id>` names another preset for the whole run, `--no-run` leaves it out; `--transformers` measures nothing else.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'

const { values: options } = parseArgs({
  options: {
    preset: { type: 'string', default: 'words-to-vectors' },
    'no-run': { type: 'boolean', default: false },
    transformers: { type: 'boolean', default: false },
  },
})
const at = (path) => resolve(import.meta.dirname, '..', path)
/** One module runner for all, so that they share the state of their modules. */
const load = async (...paths) => {
  const modules = {}
  for (const path of paths)
    Object.assign(modules, (await runnerImport(at(path), { configFile: false, logLevel: 'error' })).module)
  return modules
}
const { loadBackend } = await load('src-main/engine/backends/index.ts')
const { BACKENDS_IN_ORDER } = await load('src-main/science/backends.ts')
const { crossEntropy } = await load('src-main/science/losses/cross-entropy.ts')
const { createRunner } = await load('src-main/engine/runner.ts')
const { planExperiment } = await load('src-main/science/plan/plan.ts')
const { parseSpec } = await load('src-main/science/spec/parse.ts')
const { TASKS } = await load('src-main/science/tasks/index.ts')

const ADAMW = { lr: 0.003, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, clipNorm: 0 }
const dense = (n, cols) => ({
  n,
  dense: { rows: n, cols, data: Float32Array.from({ length: n * cols }, (_, i) => Math.sin(i)) },
})
/** Texts of about 25 tokens, frequent words more often. */
function lists(n, vocabulary) {
  const offsets = Int32Array.from({ length: n + 1 }, (_, i) => i * 25)
  const tokens = Int32Array.from({ length: n * 25 }, (_, i) =>
    Math.floor(vocabulary * Math.abs(Math.sin(i * 12.9898)) ** 4 * 0.999),
  )
  return { n, tokens, offsets }
}
const WORDS = { kind: 'mlp', input: 30, hidden: [], classes: 2 }
const VECTORS = { kind: 'mlp', input: 100, hidden: [32], classes: 2 }
const TUNED = { kind: 'bag', vocabulary: 20_000, width: 100, hidden: [32], classes: 2, tuneEmbeddings: true }
const CASES = [
  { title: 'step, 30 words, linear, batch 32', net: WORDS, batch: dense(32, 30), train: true },
  { title: 'step, vectors 100-32-2, batch 32', net: VECTORS, batch: dense(32, 100), train: true },
  { title: 'step, vectors 100-32-2, batch 256', net: VECTORS, batch: dense(256, 100), train: true },
  { title: 'step, tuned vectors 20,000 × 100, batch 32', net: TUNED, batch: lists(32, 20_000), train: true },
  { title: 'prediction of 3,300 examples, vectors 100-32-2', net: VECTORS, batch: dense(3300, 100), train: false },
  { title: 'prediction of 3,300 texts, tuned vectors', net: TUNED, batch: lists(3300, 20_000), train: false },
]

/** Median seconds of one call, over at least half a second of them. */
async function median(work) {
  for (let i = 0; i < 3; i++) await work()
  const times = []
  const start = performance.now()
  while (performance.now() - start < 500 || times.length < 5) {
    const before = performance.now()
    await work()
    times.push((performance.now() - before) / 1000)
  }
  return times.sort((a, b) => a - b)[times.length >> 1]
}

/** A learner, and a step or a prediction of it. */
async function caller(backend, { net, batch, train }) {
  const learner = await backend.create(net, { seed: 0 })
  const targets = {
    rows: batch.n,
    cols: 2,
    data: Float32Array.from({ length: 2 * batch.n }, (_, i) => (i + (i >> 1)) % 2),
  }
  const call = async () => {
    if (!train) return learner.forward(batch)
    await learner.gradients(batch, (z) => crossEntropy(z, targets.data).dLogits)
    return learner.step(ADAMW)
  }
  return { learner, call }
}

async function measure(backend, each) {
  const { learner, call } = await caller(backend, each)
  const seconds = await median(call)
  learner.dispose()
  return 1 / seconds
}

/** Runs every stage of a preset, pretraining from what is shipped; returns seconds. */
async function wholeRun(id) {
  const preset = JSON.parse(await readFile(at(`resources/presets/${options.preset}.json`), 'utf8'))
  const { spec } = parseSpec(preset.spec)
  const tasks = Object.values(TASKS)
  const { stages } = planExperiment(spec, {
    sources: Object.fromEntries(
      tasks.map((t) => [t.id, { sha256: t.sha256, title: t.title, classes: t.classes.length }]),
    ),
    bundled: Object.fromEntries(tasks.map((t) => [t.id, t.sha256])),
    backend: id,
  })
  const artifacts = await mkdtemp(join(tmpdir(), 'w2s-bench-'))
  let steps = 0
  const runner = createRunner((event) => {
    if (event.type === 'metric' && event.name === 'loss') steps++
    if (event.type === 'state' && event.state === 'failed') throw new Error(event.error)
  }, loadBackend)
  const folderOf = (key) =>
    stages.find((s) => s.key === key).kind === 'pretrain' ? at(`resources/ladders/${key}`) : join(artifacts, key)
  const start = performance.now()
  for (const stage of stages.filter((s) => s.kind !== 'pretrain')) {
    const needs = Object.fromEntries(Object.entries(stage.needs).map(([role, key]) => [role, folderOf(key)]))
    await runner.run({
      stage,
      needs,
      artifacts,
      tasks: Object.fromEntries(tasks.map((t) => [t.id, at(`resources/tasks/${t.id}.jsonl.gz`)])),
    })
  }
  const seconds = (performance.now() - start) / 1000
  await rm(artifacts, { recursive: true })
  return { seconds, steps, trainings: stages.filter((s) => s.kind === 'train').length }
}

const backends = []
for (const { id } of BACKENDS_IN_ORDER)
  await loadBackend(id).then(
    (b) => backends.push(b),
    (e) => console.log(`${id}: ${e.message}`),
  )
console.log(
  `${cpus()[0].model.trim()}, ${cpus().length} threads\n${backends.map((b) => `${b.id}: ${b.version}, ${b.device}`).join('\n')}\n`,
)

const row = (title, cells) => console.log(title.padEnd(50) + cells.map((c) => String(c).padStart(14)).join(''))
const figure = (x) => (x >= 100 ? Math.round(x).toLocaleString('en') : x.toPrecision(3))
if (!options.transformers) {
  row('a second', [...backends.map((b) => b.id), ...(backends.length > 1 ? ['ratio'] : [])])
  for (const each of CASES) {
    const rates = []
    for (const backend of backends) rates.push(await measure(backend, each))
    row(each.title, [...rates.map(figure), ...(rates.length > 1 ? [(rates[0] / rates[1]).toFixed(2)] : [])])
  }
}

/** A GPT-2 under a head of two classes, and texts of 64 tokens. */
const gpt2 = (width, layers) => ({
  ...{ kind: 'transformer', vocabulary: 8192, width, layers, heads: width / 32, kvHeads: width / 32, headSize: 32 },
  ...{ inner: 4 * width, positions: { kind: 'learned', count: 64 }, tokenTypes: 0, norm: 'layer', normEpsilon: 1e-5 },
  ...{ normOrder: 'pre', parallel: false, causal: true, activation: 'gelu-tanh', pooling: 'last' },
  ...{ bias: { qkv: true, out: true, mlp: true }, head: { kind: 'classes', classes: 2, bias: true } },
})
/** Texts of these lengths in turn. */
function texts(n, lengths) {
  const offsets = new Int32Array(n + 1)
  for (let i = 0; i < n; i++) offsets[i + 1] = offsets[i] + lengths[i % lengths.length]
  const tokens = Int32Array.from({ length: offsets[n] }, (_, i) =>
    Math.floor(8192 * Math.abs(Math.sin(i * 12.9898)) ** 4 * 0.999),
  )
  return { n, tokens, offsets }
}
const EVEN = texts(32, [64])
const RAGGED = texts(32, [9, 64, 14, 30, 21, 11, 44, 17])
const TRANSFORMERS = [
  { title: 'd64, 2 layers, 32 × 64 tokens', net: gpt2(64, 2), batch: EVEN },
  { title: 'd64, 2 layers, 32 texts of 9 to 64 tokens', net: gpt2(64, 2), batch: RAGGED },
  { title: 'd128, 4 layers, 32 × 64 tokens', net: gpt2(128, 4), batch: EVEN },
  { title: 'd128, 4 layers, 32 texts of 9 to 64 tokens', net: gpt2(128, 4), batch: RAGGED },
].flatMap((each) => [
  { ...each, title: `step, ${each.title}`, train: true },
  { ...each, title: `forward, ${each.title}`, train: false },
])
/** Median milliseconds of a call on every backend, taken in turn so that all see the same load of the machine. */
async function alternate({ net, batch, train }) {
  const calls = []
  for (const backend of backends) calls.push(await caller(backend, { net, batch, train }))
  const times = calls.map(() => [])
  for (let round = 0; round < 12; round++)
    for (const [i, { call }] of calls.entries()) {
      const before = performance.now()
      await call()
      if (round > 1) times[i].push(performance.now() - before)
    }
  for (const { learner } of calls) learner.dispose()
  return times.map((own) => own.sort((a, b) => a - b)[own.length >> 1])
}
row('\nms a call', [...backends.map((b) => b.id)])
for (const each of TRANSFORMERS) row(each.title, (await alternate(each)).map(figure))

if (!options['no-run'] && !options.transformers)
  for (const { id } of backends) {
    const { seconds, steps, trainings } = await wholeRun(id)
    row(`\n${options.preset} on ${id}`, [`${seconds.toFixed(1)} s`, `${trainings} trainings`, `${figure(steps)} steps`])
  }
