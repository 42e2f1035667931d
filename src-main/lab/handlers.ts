import { dirname, join, resolve } from 'node:path'
import {
  CALL_NAMES,
  CALLS,
  type ArmName,
  type Calls,
  type Looked,
  type RunSummary,
  type StageStatus,
} from '../../src-preload/contract'
import { exportBundle, TargetError } from '../bundle'
import { makeFolder } from '../data/folder'
import { asStorageError, type Store } from '../store'
import type { AlertDesk } from './alerts'
import type { Backends } from './engine/backends'
import { bundleInput, bundleName, bundleTarget } from './bundles'
import { catalogOf } from './plan/catalog'
import type { Checkpoints } from './plan/checkpoints'
import type { Datasets } from './datasets'
import type { LookAtRows } from './datasets/rows'
import type { MakeSlice } from './datasets/slices'
import type { Published } from './datasets/published'
import { damageText, type Damage } from './check/damage'
import { badInput, failureOf, LabError } from './errors'
import { isHomeLocked } from './home/lock'
import type { Corpora } from './corpora'
import type { Ladders } from './ladders'
import type { ModelDesk } from './models'
import type { LabCalls, LabOptions } from './options'
import type { MixBatch } from './plan/batches'
import type { Measurer } from './plan/measure'
import type { Outlook } from './plan/outlook'
import type { Planner } from './plan/planner'
import type { AskRoom } from './plan/room'
import type { ShowTask } from './plan/shown'
import type { Sweeps } from './plan/sweeps'
import type { Presets } from './presets'
import type { Queue } from './queue'
import type { Power } from './queue/power'
import { readCurves } from './runs/curves'
import { readGroups } from './runs/group-curves'
import { useOf } from './runs/use'
import type { Results } from './results'
import type { AskSureness } from './results/sureness'
import type { Remarks } from './results/remarks'
import type { Truth } from './results/truth'
import { armsOf, comparedOf } from './runs/view'
import type { RunDesk } from './runs/desk'
import type { Sample } from './runs/sample'
import type { MarkDesk } from './runs/marks'
import { findRuns } from './runs/search'
import type { Studies } from './studies'
import type { Shelf } from './home/shelf'
import { checkSpace } from './home/space'
import type { StatusDesk } from './status'
import type { StorageDesk } from './home/storage'

/** The parts that answer calls. */
export interface Parts {
  store: Store
  shelf: Shelf
  datasets: Datasets
  rows: LookAtRows
  slice: MakeSlice
  published: Published
  checkpoints: Checkpoints
  damage: Damage
  models: ModelDesk
  ladders: Ladders
  corpora: Corpora
  presets: Presets
  results: Results
  sureness: AskSureness
  truth: Truth
  backends: Backends
  planner: Planner
  room: AskRoom
  measurer: Measurer
  outlook: Outlook
  show: ShowTask
  batches: MixBatch
  sweeps: Sweeps
  runs: RunDesk
  sample: Sample
  marks: MarkDesk
  remarks: Remarks
  alerts: AlertDesk
  studies: Studies
  queue: Pick<Queue, 'pause' | 'force' | 'trouble'>
  power: Pick<Power, 'yield'>
  status: StatusDesk
  storage: StorageDesk
}

export const READ_ONLY = 'Another process works in this home; here it can only be looked at.'

type Handlers = {
  [K in keyof LabCalls]: (...args: Parameters<Calls[K]>) => ReturnType<Calls[K]> | Promise<ReturnType<Calls[K]>>
}

/** Which part answers which call. */
function handlersOf(parts: Parts, options: LabOptions): Handlers {
  const { datasets, checkpoints, models, ladders, corpora } = parts
  const { store, presets, backends, planner, runs, status } = parts
  return {
    catalog: async () => catalogOf(datasets.list(), presets, await checkpoints.choices()),
    async run(spec) {
      const planned = await planner.plan(spec)
      checkSpace(options.home, planned.bytes)
      // Before the run is there: its first stage would fail at once.
      if ('backend' in planned.spec) await backends.check(planned.spec.backend)
      return { runId: await runs.add(planned) }
    },
    sample: () => parts.sample.open(),
    runs: () => runs.list(),
    runDetail: (id) => runs.detail(id),
    curves: (query) => readCurves(store, query, parts.truth.hides),
    groupCurves: (query) => readGroups(store, query, parts.truth.hides),
    use: (key) => useOf(store, key),
    log: ({ runId, limit }) => store.log.ofRun(runs.find(runId).id, limit),
    ...draftHandlers(parts),
    ...measuring(parts),
    ...foundHandlers(parts, options),
    cancel: (id) => runs.cancel(id),
    resume: (id) => runs.resume(id),
    runMove: ({ runId, before }) => runs.move(runId, before),
    ...heldBy(parts),
    remove: async (id) => ({ freedBytes: await runs.remove(id) }),
    ...saidOf(parts),
    ...remarkedOf(parts),
    ...datasetHandlers(parts),
    models: () => models.list(),
    modelGet: (query) => models.get(query),
    modelCancel: (id) => models.cancel(id),
    modelAdd: (path) => models.add(path),
    modelVerify: (id) => models.verify(id),
    modelRemove: (id) => models.remove(id),
    modelCard: (id) => models.card(id),
    ladders: () => ladders.list(),
    ladderSave: async (ladder) =>
      ladders.save(
        ladder,
        (await models.list()).map(({ id }) => id),
      ),
    ladderRemove: (id) => ladders.remove(id),
    corpora: () => corpora.list(),
    corpusAdd: (request) => corpora.add(request),
    corpusRemove: (id) => corpora.remove(id),
    doctor: () => backends.doctor(),
    install: ({ gpu }) => backends.install(gpu),
    uninstall: async () => ({ freedBytes: await backends.uninstall() }),
    status: () => status.read(),
    storage: () => parts.storage.measure(),
    storageFree: async (what) => ({ freedBytes: await parts.storage.free(what) }),
  }
}

type OfDatasets =
  | 'datasetPreview'
  | 'datasetImport'
  | 'datasetCancel'
  | 'datasetRemove'
  | 'taskRows'
  | 'templates'
  | 'datasetFetch'
  | 'datasetFetchStop'

/** The calls about datasets. */
const datasetHandlers = ({ datasets, rows, published }: Parts): Pick<Handlers, OfDatasets> => ({
  datasetPreview: (query) => datasets.preview(query),
  datasetImport: (request) => datasets.import(request),
  datasetCancel: () => datasets.cancel(),
  datasetRemove: (id) => datasets.remove(id),
  taskRows: (query) => rows(query),
  templates: () => published.list(),
  datasetFetch: (template) => published.fetch(template),
  datasetFetchStop: () => published.stop(),
})

/** The calls that hold work up, or tell of what does. */
const heldBy = ({
  queue,
  power,
  runs,
  alerts,
}: Parts): Pick<Handlers, 'pause' | 'force' | 'release' | 'alerts' | 'alertSeen'> => ({
  release: ({ runId, armId }) => runs.release(runId, armId),
  alerts: () => alerts.list(),
  alertSeen: (alert) => alerts.see(alert),
  pause(pause) {
    power.yield()
    queue.pause(pause)
    return null
  },
  force(key) {
    queue.force(key)
    return null
  },
})

type Measuring = 'measure' | 'measureStop'
type Drafted =
  'preview' | 'room' | 'outlook' | 'taskShown' | 'batchMix' | 'sweepPlan' | 'sweep' | 'presetSave' | 'presetRemove'

const measuring = ({ measurer }: Parts): Pick<Handlers, Measuring> => ({
  measure: (spec) => measurer.measure(spec),
  measureStop: () => measurer.stop(),
})

/** The calls about a spec that is no run yet. */
const draftHandlers = ({ planner, room, outlook, show, batches, sweeps, presets }: Parts): Pick<Handlers, Drafted> => ({
  preview: (spec) => planner.preview(spec),
  room: () => room(),
  outlook: (spec) => outlook.look(spec),
  taskShown: (query) => show(query),
  batchMix: (query) => batches(query),
  sweepPlan: (sweep) => sweeps.plan(sweep),
  sweep: (sweep) => sweeps.run(sweep),
  presetSave: (preset) => presets.save(preset),
  presetRemove: (id) => presets.remove(id),
})

type What = Parameters<Truth['read']>[1]
const told = <T extends object>({ value, looks }: { value: T } & Looked): T & Looked => ({ ...value, looks })

type Found =
  'sliceUse' | 'sureness' | 'exportBundle' | 'result' | 'compare' | 'cube' | 'facets' | 'examples' | 'example'

/** The calls that ask what was found: they read what the stages of a run left, or of two. */
function foundHandlers(parts: Parts, options: LabOptions): Pick<Handlers, Found> {
  const { results, runs, truth } = parts
  const compared = (id: string) => comparedOf(runs.find(id))
  const armsOfRun = (id: string) => armsOf(runs.find(id))
  const whole = <T>(runId: string, read: () => Promise<T>) => reading(parts, options, runId, read)
  const both = <T>(one: ArmName, other: ArmName | undefined, what: What, read: () => Promise<T>) => {
    const ids = [...new Set([one.runId, other?.runId ?? one.runId])]
    const all = () => whole(one.runId, () => (other ? whole(other.runId, read) : read()))
    return truth.read(
      ids.map((id) => runs.find(id)),
      what,
      all,
    )
  }
  const one = <T>({ runId }: { runId: string }, what: What, read: () => Promise<T>) =>
    truth.read([runs.find(runId)], what, () => whole(runId, read))
  return {
    // Which rows they are was found on test rows, too.
    sliceUse: async (asked) => (await one(asked, ['examples'], () => parts.slice(asked))).value,
    // What it says of them is withheld without a word of whether it is right, too.
    sureness: async (key) => (truth.hides(key) ? null : parts.sureness(key)),
    result: async (query) =>
      told(await one(query, ['result'], () => results.result(compared(query.runId), query.stop))),
    compare: async (query) =>
      told(await both(query.arm, query.against, ['comparison'], () => results.compare(compared, query))),
    // It stands beside a result as well as beside examples.
    cube: async (ref) => (await one(ref, ['examples', 'result'], () => results.cube(armsOfRun, ref))).value,
    facets: async (ref) => told(await one(ref, ['examples'], () => results.facets(armsOfRun, ref))),
    examples: async (query) =>
      (await both(query, query.against, ['examples'], () => results.examples(armsOfRun, query))).value,
    exportBundle: async (query) => told(await one(query, ['bundle'], () => writeBundle(parts, options, query))),
    example: async (query) =>
      (await both(query, query.against, ['examples'], () => results.example(armsOfRun, query))).value,
  }
}

type Said =
  | 'mark'
  | 'trash'
  | 'trashEmpty'
  | 'findRuns'
  | 'studies'
  | 'study'
  | 'studyNew'
  | 'studySay'
  | 'studyRemove'
  | 'looks'
  | 'seal'

/** What the user says of runs and studies, and how these are found. */
const saidOf = ({ store, marks, studies, truth }: Parts): Pick<Handlers, Said> => ({
  mark: (change) => marks.mark(change),
  trash: (query) => marks.trash(query),
  trashEmpty: async () => ({ freedBytes: await marks.empty() }),
  findRuns: (query) => findRuns(store, query),
  studies: () => studies.list(),
  study: (query) => studies.result(query),
  studyNew: (question) => studies.add(question),
  studySay: (said) => studies.say(said),
  studyRemove: (id) => studies.remove(id),
  looks: (study) => truth.looks(study),
  seal: (change) => studies.seal(change),
})

type Remarked = 'remark' | 'slices' | 'sliceSave' | 'sliceRemove'

/** What the user says of examples. */
const remarkedOf = ({ remarks }: Parts): Pick<Handlers, Remarked> => ({
  remark: (said) => remarks.say(said),
  slices: (task) => remarks.slices(task),
  sliceSave: (slice) => remarks.saveSlice(slice),
  sliceRemove: (slice) => remarks.removeSlice(slice),
})

const NOT_WRITTEN = {
  full: 'The bundle could not be written: the disk is full. Free some space, or choose another place.',
  'read-only': 'The bundle could not be written there. Choose another place.',
}

/**
 * Reads what a run's stages left. Where that turns out damaged, all of it is looked at, set aside where this lab may, and
 * told.
 * @throws LabError `damaged`
 */
async function reading<T>(
  { store, damage }: Parts,
  options: LabOptions,
  runId: string,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (failureOf(error, options.home).code !== 'damaged') throw error
    const keys = store.runStages.of(runId).map((stage) => stage.key)
    const found = await damage.examine(keys, options.readOnly !== true)
    throw found.length > 0 ? new LabError('damaged', damageText(found)) : error
  }
}

/** An empty path means the home's own folder, under a name made from run and date. */
async function writeBundle(
  parts: Parts,
  options: LabOptions,
  { runId, path, force = false }: Parameters<LabCalls['exportBundle']>[0],
) {
  const run = parts.runs.find(runId)
  const wanted = path || join(options.home, 'bundles', bundleName(run))
  try {
    const target = await bundleTarget(wanted, { runId, force }, options)
    const input = await bundleInput({ ...options, ...parts, tasks: parts.datasets.list() }, run)
    makeFolder(dirname(target.path))
    return await exportBundle(input, target)
  } catch (error) {
    if (error instanceof TargetError) throw badInput([error.problem])
    throw asStorageError(error, resolve(wanted), NOT_WRITTEN)
  }
}

/** The calls of a lab that may write; after trouble nothing in it runs, whatever its store still says. */
export const labCalls = (parts: Parts, options: LabOptions): LabCalls =>
  withStanding(callsOf(parts, options), () => parts.queue.trouble !== '')

/** Whatever a handler throws comes out as a rejection. */
function callsOf(parts: Parts, options: LabOptions): LabCalls {
  const handlers = Object.entries(handlersOf(parts, options)) as [string, (...args: unknown[]) => unknown][]
  const calls = handlers.map(([name, run]) => [
    name,
    (...args: unknown[]) => new Promise((resolve) => resolve(run(...args))),
  ])
  return Object.fromEntries(calls) as LabCalls
}

/** The calls of a lab that may only look: what would change the home is refused. */
export function readOnlyCalls(parts: Parts, options: LabOptions): LabCalls {
  const calls = callsOf(parts, options)
  const refuse = () => Promise.reject(new LabError('conflict', READ_ONLY))
  const writing = CALL_NAMES.filter((name) => CALLS[name].writes)
  const refused = Object.fromEntries(writing.map((name) => [name, refuse])) as Partial<LabCalls>
  return withStanding({ ...calls, ...refused }, () => !isHomeLocked(options.home))
}

/** The same calls, which show no run as live while `idle` holds: nobody is at work. */
function withStanding(calls: LabCalls, idle: () => boolean): LabCalls {
  return {
    ...calls,
    async runs() {
      const runs = await calls.runs()
      return idle() ? runs.map(standing) : runs
    },
    async runDetail(id) {
      const run = await calls.runDetail(id)
      return idle() ? { ...standing(run), stages: run.stages.map(standing) } : run
    },
  }
}

const LIVE: readonly string[] = ['queued', 'waiting', 'running']

/** What was live when the last process was killed, or the disk went away, as the next one will find it. */
function standing<T extends RunSummary | StageStatus>(of: T): T {
  if (!LIVE.includes(of.state)) return of
  const stood = { ...of, state: 'interrupted' as const, etaSeconds: null }
  return 'sharing' in stood ? { ...stood, sharing: false } : stood
}
