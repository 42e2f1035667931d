// Runs a whole experiment on pretrained models, then the same thing as a plain PyTorch script, and says how much faster
// the first is: node scripts/bench-experiment.mjs --python <python with torch and transformers>
// Both train on the same examples in the same order for the same steps and predict the same splits at the same steps: what is
// followed at every evaluation, the others at the last.
// `--preset pretrained`, `--tasks wordnet-isa`, `--seeds 3` and `--evaluations 4` say which experiment.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createServer } from 'vite'

const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    preset: { type: 'string', default: 'pretrained' },
    tasks: { type: 'string', default: '' },
    seeds: { type: 'string', default: '' },
    evaluations: { type: 'string', default: '' },
    cache: { type: 'string', default: process.env.W2S_CACHE ?? join(homedir(), '.cache', 'weak-to-strong-lab') },
  },
})
const at = (...path) => resolve(import.meta.dirname, '..', ...path)
// A server's loader, since readers of some formats are imported only when they are needed.
const server = await createServer({
  ...{ root: at(), configFile: false, logLevel: 'error', appType: 'custom' },
  server: { middlewareMode: true, watch: null },
})
const load = (path) => server.ssrLoadModule(at(path))
const { createModels } = await load('src-main/data/models/index.ts')
const { loadPretrained } = await load('src-main/data/checkpoints/open.ts')
const { withClassHead } = await load('src-main/data/checkpoints/heads.ts')
const { savePretrained } = await load('src-main/data/checkpoints/save.ts')
const { createRunner } = await load('src-main/engine/runner.ts')
const { loadBackend } = await load('src-main/engine/backends/index.ts')
const { shuffledForever } = await load('src-main/engine/loop.ts')
const { parseSpec } = await load('src-main/science/spec/parse.ts')
const { planExperiment } = await load('src-main/science/plan/plan.ts')
const { evaluationSteps, lrAt, stepCount } = await load('src-main/science/schedule.ts')
const { followedSplits, predictedSplits } = await load('src-main/science/stages/index.ts')
const { TASKS, choicesIn, formOf } = await load('src-main/science/tasks/index.ts')

/** Content key and number of classes → folder as transformers has it, and what its head reads. */
const saved = new Map()
const folder = await mkdtemp(join(tmpdir(), 'w2s-bench-'))
try {
  await compare()
} finally {
  await rm(folder, { recursive: true, force: true })
  await server.close()
}

async function compare() {
  const spec = await readSpec()
  if (spawnSync(options.python, ['-I', '-c', 'import torch, transformers'], { stdio: 'ignore' }).status !== 0)
    return console.log(`Skipped: ${options.python} has no torch and transformers; --python names one that has.`)
  const here = (await createModels({ cache: options.cache, bundled: at('resources', 'models') }).list()).filter(
    (m) => m.here,
  )
  const absent = [...spec.weak, ...spec.strong].map((m) => m.checkpoint).filter((id) => !here.some((m) => m.id === id))
  if (absent.length > 0) return console.log(`Skipped: npm run w2s -- models get ${absent.join(' ')} first.`)
  const plan = planExperiment(spec, {
    sources: Object.fromEntries(spec.tasks.map((id) => [id, sourceOf(TASKS[id])])),
    bundled: {},
    checkpoints: Object.fromEntries(
      here.map(({ id, here: { key }, title, layers, parameters }) => [id, { key, title, layers, parameters }]),
    ),
    backend: 'cpu',
  })
  const models = Object.fromEntries(here.map((m) => [m.here.key, m.here.path]))
  const trainings = plan.stages.filter((stage) => stage.kind === 'train').length
  console.log(`${spec.tasks.join(', ')}: ${trainings} trainings, seeds ${spec.seeds.join(', ')}`)

  const ours = await runOurs(plan, models)
  await writeFile(join(folder, 'work.json'), JSON.stringify(await workOf(plan, models)))
  const theirs = await runTheirs()
  console.log(`\nstage                                            ours s  torch s  ratio  test accuracy`)
  for (const stage of plan.stages.filter(({ kind }) => kind === 'train')) {
    const [a, b] = [ours.get(stage.key), theirs.get(stage.key)]
    const numbers = [a.seconds.toFixed(1), b.seconds.toFixed(1), (b.seconds / a.seconds).toFixed(2)]
    console.log(`${stage.title.padEnd(48)} ${numbers.join('  ')}  ${a.accuracy.toFixed(3)} ${b.accuracy.toFixed(3)}`)
  }
  const [a, b] = [ours, theirs].map((of) => [...of.values()].reduce((sum, { seconds }) => sum + seconds, 0))
  console.log(`whole experiment: ${a.toFixed(0)} s against ${b.toFixed(0)} s, ratio ${(b / a).toFixed(2)}`)
}

function sourceOf(task) {
  const form = formOf(task)
  if (form.kind !== 'classes') throw new Error(`${task.id}: expected a task of classes, got one of ${form.kind}`)
  return { sha256: task.sha256, title: task.title, classes: choicesIn(form) }
}

async function readSpec() {
  const { spec } = JSON.parse(await readFile(at('resources', 'presets', `${options.preset}.json`), 'utf8'))
  if (options.tasks) spec.tasks = options.tasks.split(',')
  if (options.seeds) spec.seeds = spec.seeds.slice(0, Number(options.seeds))
  if (options.evaluations) spec.evaluations = Number(options.evaluations)
  // Bag-of-words regression is nothing that the other side would train.
  spec.reference = false
  const parsed = parseSpec(spec)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.spec
}

/** Every stage in this process, reading and writing included: key → seconds, and the last accuracy. */
async function runOurs(plan, models) {
  const results = new Map()
  let accuracy = NaN
  const runner = createRunner((event) => {
    if (event.type === 'metric' && event.name === 'accuracy' && event.split === 'test') accuracy = event.value
    if (event.type === 'state' && event.state === 'failed') throw new Error(event.error)
  }, loadBackend)
  const artifacts = join(folder, 'artifacts')
  const tasks = Object.fromEntries(Object.keys(TASKS).map((id) => [id, at('resources', 'tasks', `${id}.jsonl.gz`)]))
  for (const stage of plan.stages) {
    const needs = Object.fromEntries(Object.entries(stage.needs).map(([role, key]) => [role, join(artifacts, key)]))
    const started = performance.now()
    await runner.run({ stage, needs, artifacts, tasks, models })
    const seconds = (performance.now() - started) / 1000
    if (stage.kind === 'train') results.set(stage.key, { seconds, accuracy })
    process.stderr.write(`ours   ${stage.title}: ${seconds.toFixed(1)} s\n`)
  }
  return results
}

/** The trainings as plain data: examples, batches, steps, targets; and the models as folders of transformers. */
async function workOf(plan, models) {
  const labelled = new Map(plan.stages.filter(({ kind }) => kind === 'label').map((s) => [s.key, s.needs.model]))
  const work = { tasks: {}, trainings: [] }
  for (const stage of plan.stages.filter(({ kind }) => kind === 'train')) {
    const { config, needs } = stage
    const examples = JSON.parse(await readFile(join(folder, 'artifacts', needs.data, 'examples.json'), 'utf8'))
    const classes = choicesIn(examples.form)
    work.tasks[needs.data] = { classes, ...examples.splits }
    const n = examples.splits[config.trainOn].length
    const steps = stepCount(n, config.optimiser)
    const order = shuffledForever(n, config.seed)
    const batch = () => Array.from({ length: Math.min(config.optimiser.batch, n) }, () => order.next().value)
    work.trainings.push({
      ...{ key: stage.key, task: needs.data, ...(await modelFolder(config.checkpoint, classes, models)) },
      ...{ trainOn: config.trainOn, tokens: config.model.tokens },
      ...{ splits: predictedSplits(config.role), followed: followedSplits(config.role) },
      supervisor: needs.labels === undefined ? null : labelled.get(needs.labels),
      loss: config.loss,
      weightDecay: config.optimiser.weightDecay,
      clipNorm: config.optimiser.clipNorm,
      lr: Array.from({ length: steps }, (_, step) => lrAt(step, steps, config.optimiser)),
      batches: Array.from({ length: steps }, batch),
      evaluations: evaluationSteps(steps, config.evaluations),
    })
  }
  return work
}

async function modelFolder(key, classes, models) {
  const name = `${key} ${classes}`
  if (!saved.has(name)) {
    const model = await loadPretrained(models[key])
    const at = join(folder, `model-${saved.size}`)
    saved.set(name, { model: at, pooling: model.spec.pooling })
    await savePretrained(at, { ...model, ...withClassHead(model, classes, { from: 'zero' }) })
  }
  return saved.get(name)
}

async function runTheirs() {
  const child = spawn(options.python, ['-I', at('scripts', 'bench-experiment.py'), join(folder, 'work.json')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.on('data', (chunk) => (out += chunk))
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`${options.python}: expected it to end well, got exit status ${code}`)
  return new Map(Object.entries(JSON.parse(out)))
}
