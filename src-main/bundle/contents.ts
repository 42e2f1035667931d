import { arch, cpus, platform, release, totalmem } from 'node:os'
import type { Answers, Decision } from '../science/answers'
import { versionOf } from '../science/plan/stage-key'
import { READINGS } from '../science/readings'
import { elsewhere, TRAINING, type Arm, type ArmSeed, type Measure } from '../science/stages'
import { textsOf, type Example } from '../science/tasks'
import { csv, csvRows, type Cell } from './csv'
import { BUNDLE_VERSION, type BundleInfo, type Environment, type Results } from './format'
import type { BundleInput, BundleTask, Draw } from './input'
import { sha256Of, teller, toldAnswers, toldDecision } from './home'
import { readme } from './readme'
import { json, redactor } from './redact'
import {
  elsewhereTable,
  hasElsewhere,
  METRIC_COLUMNS,
  predictionTable,
  resultTable,
  stageLead,
  USE_COLUMNS,
} from './tables'
import type { Entry } from './zip'

/** The files of a bundle, in the order in which they stand in the archive. */
export function contents(asked: BundleInput): Entry[] {
  const input = { ...asked, tasks: asked.tasks.map(readOnce) }
  const redact = redactor(input.hide)
  const document = (name: string, value: () => unknown): Entry => ({ name, content: () => [json(value(), redact)] })
  const seeds = finishedSeeds(input)
  return [
    { name: 'README.txt', content: () => [readme(input)] },
    document('bundle.json', () => info(input)),
    document('spec.json', () => input.spec),
    document('plan.json', () => plan(input)),
    document('results.json', () => results(input, seeds)),
    { name: 'results.csv', content: () => resultTable(input.arms) },
    ...(hasElsewhere(input.arms) ? [{ name: 'elsewhere.csv', content: () => elsewhereTable(input.arms) }] : []),
    { name: 'metrics.csv', content: () => metricRows(input) },
    { name: 'use.csv', content: () => useRows(input) },
    ...input.tasks.map((task) => ({
      name: `examples/${task.id}.csv`,
      content: () => exampleRows(task, input.spec.measure),
    })),
    ...seeds.map(({ file, arm, seed }) => ({ name: file, content: () => predictionRows(input, arm, seed) })),
    ...input.said.map(({ name, read }) => ({ name, content: () => once(read) })),
    ...input.tasks.map((task) => ({ name: `licences/${task.id}.txt`, content: () => [redact(licence(task))] })),
    document('environment.json', () => environment(input)),
    { name: 'log.txt', content: () => logLines(input, redact) },
  ]
}

/** Name of a file or folder made from free text: lower case letters, digits and single dashes. */
export function slug(text: string): string {
  const plain = text.normalize('NFKD').toLowerCase()
  return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '') || 'run'
}

/** Every table of a task's predictions needs what it was measured on, which the first draw has: that is read once. */
function readOnce(task: BundleTask): BundleTask {
  const [first, ...others] = task.draws
  if (!first) return task
  let examples: ReturnType<Draw['examples']> | null = null
  return { ...task, draws: [{ ...first, examples: () => (examples ??= first.examples()) }, ...others] }
}

async function* once(read: () => Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await read()
}

const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString())

function info({ run, appVersion, tasks }: BundleInput): BundleInfo {
  return {
    format: 'weak-to-strong-lab bundle',
    version: BUNDLE_VERSION,
    app: appVersion,
    run: { ...run, createdAt: new Date(run.createdAt).toISOString(), endedAt: iso(run.endedAt) },
    texts: Object.fromEntries(
      tasks.flatMap((task) => [task, ...(task.elsewhere ?? [])]).map((of) => [of.id, of.sharable]),
    ),
  }
}

/** Every stage with the version of its code, which is part of its key. */
function plan({ plan: { stages, arms } }: BundleInput) {
  return { stages: stages.map((stage) => ({ ...stage, version: versionOf(stage) })), arms }
}

interface Seed {
  file: string
  arm: Arm
  seed: ArmSeed
}

/** Seeds whose four stages are done, each with the name of its table; the number keeps names apart that look alike. */
function finishedSeeds(input: BundleInput): Seed[] {
  const done = new Set(input.stages.filter((stage) => stage.state === 'done').map((stage) => stage.key))
  return input.plan.arms.flatMap((arm, i) =>
    arm.seeds
      .filter(({ weak, labels, student, ceiling }) => [weak, labels, student, ceiling].every((key) => done.has(key)))
      .map((seed) => ({
        file: `predictions/${String(i + 1).padStart(3, '0')}-${slug(arm.title)}/seed-${seed.seed}.csv`,
        arm,
        seed,
      })),
  )
}

function results({ covers, arms, contrasts }: BundleInput, seeds: Seed[]): Results {
  return {
    covers,
    arms: arms.map((report) => ({
      ...report,
      predictions: seeds
        .filter(({ arm }) => arm.id === report.arm.id)
        .map(({ seed, file }) => ({ seed: seed.seed, file })),
    })),
    contrasts,
  }
}

/** What identifies each stage in a tidy table. */
function leadsOf({ plan: { stages } }: BundleInput): (key: string) => Cell[] {
  const byKey = new Map(stages.map((stage) => [stage.key, stage]))
  const leads = new Map(stages.map((stage) => [stage.key, stageLead(stage, byKey)]))
  return (key) => leads.get(key) ?? [key, '', '', '', '', '', '']
}

function* metricRows(input: BundleInput): Generator<string> {
  const leadOf = leadsOf(input)
  function* rows(): Generator<Cell[]> {
    for (const { key, split, name, step, value } of input.metrics()) yield [...leadOf(key), split, name, step, value]
  }
  yield* csv(METRIC_COLUMNS, rows())
}

function* useRows(input: BundleInput): Generator<string> {
  const leadOf = leadsOf(input)
  function* rows(): Generator<Cell[]> {
    for (const { key, card, name, at, seconds, mean, low, high } of input.use())
      yield [...leadOf(key), name, READINGS[name].unit, at, seconds, mean, low, high, card]
  }
  yield* csv(USE_COLUMNS, rows())
}

/** All of an example as one text; of one with options the list of all that a net reads, in the order of their numbers. */
const whole = (example: Example) => (example.options ? JSON.stringify(textsOf([example])) : example.text)

/**
 * What is measured on once, under its name, and the other splits of every draw with its seed, if it has one; then the
 * test sets from elsewhere, whose texts are told as their own licences let.
 */
async function* exampleRows(task: BundleTask, measure: Measure): AsyncGenerator<string> {
  const texts = task.sharable
  const tell = teller(task)
  const first = await task.draws[0]?.examples()
  const writes = typeof first?.test[0]?.label === 'string'
  const rightOf = (label: Decision): Cell[] =>
    writes ? [toldDecision(label, tell)] : [label, task.classes[Number(label)] ?? '']
  function* rowsOf(name: string, examples: Example[], seed: number | null, shown = texts): Generator<Cell[]> {
    for (const [index, example] of examples.entries()) {
      const { id, label, group } = example
      const text = whole(example)
      yield [name, index, id, group, ...rightOf(label), sha256Of(text), seed, ...(texts ? [shown ? text : null] : [])]
    }
  }
  const right = writes ? ['target'] : ['truth', 'class']
  yield* csv(['split', 'index', 'id', 'group', ...right, 'text_sha256', 'seed', ...(texts ? ['text'] : [])], [])
  for (const [i, { seed, examples }] of task.draws.entries()) {
    const splits = await examples()
    for (const split of TRAINING) yield* csvRows(rowsOf(split, splits[split], seed))
    if (i === 0) yield* csvRows(rowsOf(measure, splits.test, null))
  }
  for (const { id, sharable, examples } of task.elsewhere ?? [])
    yield* csvRows(rowsOf(elsewhere(id), await examples(), null, sharable))
}

async function* predictionRows(input: BundleInput, arm: Arm, seed: ArmSeed): AsyncGenerator<string> {
  const found = await input.predictions(arm, seed)
  const task = input.tasks.find(({ id }) => id === arm.task)
  const examples = await task?.draws[0]?.examples()
  if (!found || !task || !examples)
    throw new Error(`the predictions of ${arm.title}, seed ${seed.seed}, are missing in the store`)
  const tell = teller(task)
  const rows = examples.test.map((example) => ({ ...example, label: toldDecision(example.label, tell) }))
  const { weak, student, ceiling } = found
  const [w, s, c] = [weak, student, ceiling].map((answers) => toldAnswers(answers, tell)) as [Answers, Answers, Answers]
  yield* predictionTable(rows, { weak: w, student: s, ceiling: c })
}

function environment(input: BundleInput): Environment {
  return {
    app: input.appVersion,
    electron: process.versions.electron ?? null,
    node: process.versions.node,
    platform: platform(),
    arch: arch(),
    osRelease: release(),
    cpu: cpus()[0]?.model.trim() ?? '',
    threads: cpus().length,
    memoryBytes: totalmem(),
    models: input.models,
    stages: input.stages.map(
      ({ key, title, state, backend, device, threads, isa, reason, startedAt, endedAt, error }) => ({
        ...{ key, title, state, backend, device, threads, isa, reason },
        startedAt: iso(startedAt),
        endedAt: iso(endedAt),
        error,
      }),
    ),
  }
}

function* logLines(input: BundleInput, redact: (text: string) => string): Generator<string> {
  const titles = new Map(input.plan.stages.map((stage) => [stage.key, stage.title]))
  for (const { key, at, level, text } of input.log()) {
    yield `${new Date(at).toISOString()} ${level.padEnd(5)} [${titles.get(key) ?? key}] ${redact(text)}\n`
  }
}

const licence = (task: BundleTask) =>
  [task, ...(task.elsewhere ?? [])]
    .flatMap(({ title, id, licence, source, sha256 }) => [
      ...[`${title} (${id})`, `Licence: ${licence}`, `Source: ${source}`, `sha256: ${sha256}`, ''],
    ])
    .concat(task.licenceText ?? [])
    .join('\n')
    .trimEnd() + '\n'
