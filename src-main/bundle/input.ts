import type { Answers } from '../science/answers'
import type { ArmResult, Contrast } from '../science/metrics/result'
import type { ReadingName } from '../science/readings'
import type { Arm, ArmSeed, Split, Stage } from '../science/stages'
import type { Example } from '../science/tasks'
import type { ExperimentSpec } from '../science/spec/spec'

/** A task of the run. */
export interface BundleTask {
  id: string
  title: string
  question: string
  classes: string[]
  licence: string
  /** Whether its licence lets anyone hand its texts on; else they stay home. */
  sharable: boolean
  source: string
  sha256: string
  /** Full text of the licence, where the task ships one. */
  licenceText: string | null
  /** The prepared examples as the `data` stages split them that are done: several where the seeds redraw the halves. */
  draws: Draw[]
  /** Test sets from elsewhere that its models were asked about. */
  elsewhere?: BundleSet[]
}

/** A test set from elsewhere. */
export interface BundleSet extends Pick<BundleTask, 'id' | 'title' | 'licence' | 'sharable' | 'source' | 'sha256'> {
  examples: () => Promise<Example[]>
}

/** One cut of a task into its splits; what is measured on is the same in all of them. */
export interface Draw {
  /** Null where all seeds share it. */
  seed: number | null
  examples: () => Promise<Record<Split, Example[]>>
}

/** A pretrained model that the run started from: what it is and where it can be had; the model itself stays home. */
export interface BundleModel {
  id: string
  title: string
  /** Of its content, as the plan has it. */
  key: string
  licence: string | null
  source: string
}

/** How one stage of the run went. Times are milliseconds since 1970. */
export interface BundleStage {
  key: string
  title: string
  state: string
  backend: string
  device: string
  threads: number | null
  isa: string | null
  reason: string
  startedAt: number | null
  endedAt: number | null
  error: string
}

/** A number of a stage at a step; `split` is '' for quantities of the training batch. */
export interface BundleMetric {
  key: string
  name: string
  split: Split | ''
  step: number
  value: number
}

/** What was read of the machine over a stretch of time of a stage. */
export interface BundleUse {
  key: string
  /** That the stage computed on, as `cardTitle` names it; '' of none, and of one that is not known. */
  card: string
  name: ReadingName
  /** Where it ends, in seconds after the stage began. */
  at: number
  /** That samples stand for. */
  seconds: number
  mean: number
  low: number
  high: number
}

/** What the three models say of the test split, the student at the reported step, in the order of the split. */
export interface SeedPredictions {
  step: number
  weak: Answers
  student: Answers
  ceiling: Answers
}

/** What a finished stage said: the evaluations of a training, or a set of labels. */
export interface BundleSaid {
  /** Where it stands in the bundle. */
  name: string
  /** Its bytes, as they were made, but for texts that stay home. @throws Error when they are not */
  read: () => Promise<Uint8Array>
}

/** Everything that a bundle says, read from store and artifacts by the lab; rows are pulled one by one while writing. */
export interface BundleInput {
  appVersion: string
  run: { id: string; name: string; question: string; state: string; createdAt: number; endedAt: number | null }
  spec: ExperimentSpec
  plan: { stages: Stage[]; arms: Arm[] }
  stages: BundleStage[]
  /** What the intervals of all arms cover, in a sentence. */
  covers: string
  /** One per arm, at the stop rule that the spec asks for. */
  arms: ArmResult[]
  contrasts: Contrast[]
  tasks: BundleTask[]
  models: BundleModel[]
  said: BundleSaid[]
  /** In a fixed order (stage, name, split, step), so that the same run gives the same bytes. */
  metrics(): Iterable<BundleMetric>
  /** Of each stage, by quantity, in order of time. */
  use(): Iterable<BundleUse>
  log(): Iterable<{ key: string; at: number; level: string; text: string }>
  /** Null when one of the seed's stages is not done. */
  predictions(arm: Arm, seed: ArmSeed): Promise<SeedPredictions | null>
  /** Folders whose paths must not leave this machine → what to write instead, e.g. the data folder → `<data>`. */
  hide: Record<string, string>
}

/** What was written. */
export interface BundleReceipt {
  path: string
  bytes: number
  files: number
  sha256: string
}

export interface ExportOptions {
  /** Called after every file, with the share of the files that are written. */
  onProgress?: (done: number, total: number, file: string) => void
  signal?: AbortSignal
}
