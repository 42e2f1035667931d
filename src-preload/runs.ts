// What window and lab say of runs: what would be done, what is being done, and the curves of it.
import type { StageProgress } from '../src-main/engine/protocol'
import type { Summary } from '../src-main/science/curves'
import type { OptimiserSpec } from '../src-main/science/optimiser'
import type { ReadingName, ReadingUnit } from '../src-main/science/readings'
import type { ArmResult, Contrast, Overall } from '../src-main/science/metrics/result'
import type { Asked } from '../src-main/science/pretraining/spec'
import type { Course } from '../src-main/science/spec/courses'
import type { ExperimentSpec, Problem } from '../src-main/science/spec/spec'
import type { Axis, AxisValue } from '../src-main/science/spec/sweep'
import type { Arm, Role, Split, Stage, StageFacts } from '../src-main/science/stages'
import type { StageRoom, Together } from './room'
import type { ArmFigures, ArmsFound, Looked, RunMarks } from './studies'

/** A spec to begin with, by name. */
export interface Preset {
  id: string
  title: string
  help: string
  /** Of models that want a large GPU: it stands there to be priced, and was never run where it was made. */
  gpu: boolean
  origin: 'bundled' | 'own'
  spec: ExperimentSpec
  /** Ids of the pretrained models that it starts from. */
  checkpoints: string[]
}

/** What a method that mixes labels with the student's own answers makes of a batch that a training of this store saw. */
export type BatchMix =
  /** No finished run has such models on a task of the spec. */
  | { found: false }
  | {
      found: true
      runId: string
      run: string
      /** Its title, and the seed of the training. */
      arm: string
      seed: number
      /** What that arm has in common with the planned one. */
      alike: SeedPast['alike']
      /** The update that the batch was of: the training's last. */
      step: number
      classes: string[]
      /** Rows of the batch; the first of them are told. */
      size: number
      alpha: number
      /** Probability of the first class from which on an own answer hardens to it; null of more classes than two. */
      threshold: number | null
      /** Probabilities by class: the weak label, the student after that update, and what is fitted; `own` hardened. */
      rows: { text: string; weak: number[]; student: number[]; own: number; target: number[] }[]
    }

/** A spec, and one field of it or two with the values that they are to take. */
export interface Sweep {
  spec: unknown
  axes: Axis[]
}
/** The runs of a sweep in their order: every value of the first field with every one of the second. */
export interface SweepPlan {
  cells: {
    values: AxisValue[]
    /** Stages that no earlier run of the sweep brings and that are not done; such as are done; such as an earlier one brings. */
    toRun: number
    done: number
    shared: number
    /** Of the stages to run; null where nothing is known of one. */
    seconds: number | null
    /** Why it cannot run; none where it can. */
    problems: Problem[]
  }[]
  toRun: number
  done: number
  shared: number
  seconds: number | null
  /** Whether some of the seconds are by a default rate. */
  rough: boolean
}

/** A file among one's own presets that is none, and why. */
export interface BrokenPreset {
  /** By which it is removed. */
  id: string
  file: string
  reason: string
}

export type StageState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted'
/** Derived from the stages: `running` when one runs, `queued` when some wait their turn, else how the run ended. */
export type RunState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted'

export interface PlannedStage {
  key: string
  /** What it and those of the like do, e.g. "Train students". */
  heading: string
  title: string
  cached: boolean
  /** From this machine's own past stages of the like, else as measured, else from a stated default rate; null when nothing is known. */
  estimateSeconds: number | null
  /** Whether the estimate is by a default rate: nothing of the like was done or measured on this machine yet. */
  rough: boolean
}
/** What a stage would take as it was measured, by a few of its steps. */
export interface Trial extends Pick<PlannedStage, 'heading' | 'title'> {
  /** Of the whole stage; null where it could not be measured. */
  seconds: number | null
  /** Most that its learner held; 0 of a stage without one. */
  memoryBytes: number
  /** Why it could not be measured; else ''. */
  why: string
}
/** What can be had now where stages are computed. */
export interface RoomNow {
  of: 'machine' | 'gpu'
  /** Name of the card; '' of the machine. */
  device: string
  /** Null where a card does not tell. */
  freeBytes: number | null
  totalBytes: number | null
  /** What the settings leave alone. */
  reserveBytes: number
  /** What is free beside that. */
  availableBytes: number | null
  /** Programs that compute on the card, and what they hold where that is known. */
  others: { name: string; bytes: number | null }[]
  /** Why nothing is known of the card, or what is the matter with it; '' where all is well. */
  why: string
  diskFreeBytes: number
}
/** What was expected of a run when it was asked for. */
export interface Expected {
  /** Of its stages that were not done; null where nothing was known of one. */
  seconds: number | null
  /** Whether that went by default rates. */
  rough: boolean
  /** Most that one of them would take; null where none was to run. */
  memoryBytes: number | null
}

export type Preview =
  /** What was asked for has every default filled in. */
  | ({
      valid: true
      /** Every model that the spec names, by its place there: what it is trained by, its own entry apart. */
      models: { path: string; optimiser: OptimiserSpec }[]
      /** What of each method changes over its training, as far as a method can be read. */
      courses: (Course | null)[]
      stages: PlannedStage[]
      arms: Arm[]
      seconds: number | null
      bytes: number
      /** Of what is to run, the most first. */
      needs: StageRoom[]
      together: Together
      /** What a GPU would take, by its mean power here so far; null where that is not known. */
      wattHours: number | null
      warnings: string[]
    } & Asked)
  | {
      valid: false
      problems: Problem[]
      courses: (Course | null)[]
      /** What it would take once its models are fetched; null where something else is amiss as well. */
      price: { stages: number; seconds: number | null; rough: boolean; bytes: number } | null
    }

/** A finished arm of this store that tells of the chance between seeds of one that is planned. */
export interface SeedPast {
  runId: string
  run: string
  /** Its title. */
  arm: string
  /** Finished seeds that the numbers are of. */
  seeds: number
  /** What it has in common: the very students, the very supervisors and ceilings, or task and kinds of models alone. */
  alike: 'arm' | 'models' | 'kinds'
  /** Id of the metric; `sigma` and `gap` are in its units. */
  metric: string
  /** Standard deviation over seeds of (student − weak) − p · (ceiling − weak), p being the PGR of all. */
  sigma: number
  /** Ceiling minus supervisor. */
  gap: number
  /** Null where there is no gap. */
  pgr: number | null
}
/** How wide the interval of a planned arm's PGR will be by chance between seeds alone; `past` null: nothing is known. */
export interface SeedOutlook {
  /** Its title. */
  arm: string
  seeds: number
  past: SeedPast | null
  /** Of the 95 % interval; null for one seed, and where nothing is known or there is no gap. */
  halfWidth: number | null
  /** The next half width worth planning for, and the fewest seeds that reach it; null where more than `most` would. */
  next: { halfWidth: number; seeds: number | null; most: number } | null
}

/**
 * What mends a failure. `again`: to run again with this value of the optimiser of the model at this place of the spec;
 * `place`: to see to it there.
 */
export type Remedy =
  | { does: 'again'; path: string; set: 'lr' | 'batch'; value: number }
  | { does: 'place'; place: 'data' | 'models' | 'doctor' }

/** What was used of the machine, in short. */
export interface UseTotals extends GpuTotals {
  /** Most memory that the engine held at a sample; null where it was not sampled. */
  peakBytes: number | null
  /** Of each card that was read: the energies are parts of the whole. */
  cards: CardTotals[]
}
/** The same of GPUs. */
interface GpuTotals {
  /** Most of its memory that the engine held at a sample, of several the most of one; null where it was not sampled. */
  peakGpuBytes: number | null
  /** What was taken over the time that was sampled, of several all together; null where no power is known. */
  wattHours: number | null
  /** That `wattHours` is of. */
  wattSeconds: number
}
/** `card`: its name, with the first digits of its uuid, e.g. `Tesla T4 (GPU-ae3738d5)`; '' where it is not known. */
export type CardTotals = GpuTotals & { card: string }
/** What a stage made of the machine at the attempt that is shown. */
export interface StageUse {
  /** That it computed on, named likewise; '' where it was on none, or is not known. */
  card: string
  /** None where nothing was read. */
  curves: UseCurve[]
}
/** A quantity over the time of a stage: columns of equal length. */
export interface UseCurve {
  name: ReadingName
  title: string
  /** What the title leaves unsaid. */
  note: string
  unit: ReadingUnit
  /** Where each stretch ends, in seconds after the stage began. */
  at: number[]
  /** That samples of the stretch stand for: less than its width where some of it was not sampled. */
  seconds: number[]
  mean: number[]
  low: number[]
  high: number[]
}

/** `cached`: whether this run found it already done. */
export interface StageStatus extends StageProgress, Pick<PlannedStage, 'key' | 'title' | 'cached'> {
  kind: Stage['kind']
  role: Role | null
  /** Examples that a step of the stage at work learns from; null of any other, and where that says nothing. */
  batch: number | null
  /** Whether it has curves. */
  learns: boolean
  /** All that it is, of which the title says what tells it apart in its run. */
  facts: StageFacts
  state: StageState
  startedAt: number | null
  endedAt: number | null
  /** How long it worked, with what is known of attempts it went on from, pauses left out; null unless begun and ended. */
  seconds: number | null
  backend: string
  device: string
  /** That computed; null where a library chose for itself, and for stages of earlier versions. */
  threads: number | null
  /** Instruction set of the kernels, e.g. "avx2"; null where that is not known. */
  isa: string | null
  reason: string
  error: string
  use: UseTotals
  /** Where one is known. */
  remedy: Remedy | null
}
export interface RunSummary extends RunMarks {
  id: string
  /** The user's own, else the spec's. */
  name: string
  question: string
  /** Id of the study that it belongs to. */
  study: string
  createdAt: number
  /** When it last joined the queue. */
  queuedAt: number
  /** Live runs are worked on in this order. */
  rank: number
  endedAt: number | null
  /** Of work by its own stages, pauses and waiting left out. */
  seconds: number
  state: RunState
  /** Whether it waits for a stage that it shares with the run at work. */
  sharing: boolean
  stagesDone: number
  stagesTotal: number
  etaSeconds: number | null
  /** One line a finished arm, e.g. "naive: PGR .52 (.41 to .63)". */
  headline: string
  found: ArmsFound
  /** Whether what it found on test rows is withheld. */
  sealed: boolean
}
export type RunDetail = RunSummary &
  Asked & {
    figures: ArmFigures[]
    arms: Arm[]
    stages: StageStatus[]
    /** Of its own stages, such as it found done left out. */
    use: UseTotals
    /** Null of runs of earlier versions. */
    expected: Expected | null
  }

/** One curve: columns of equal length. Long ones come as buckets (min, max, first and last point of each). */
export interface Curve {
  key: string
  name: string
  split: Split | ''
  step: number[]
  value: number[]
  /** Steps that one bucket holds; 1 when every point is there. */
  bucket: number
}

/**
 * What a curve is drawn over: updates, passes over what is learnt from, labels shown (one that is shown again counted
 * again), seconds that a training worked, or operations of the matrix products of its updates.
 */
export type CurveAxis = 'step' | 'epoch' | 'labels' | 'seconds' | 'flops'
export interface GroupQuery {
  /** Trainings by group, each once. A group's numbers depend on its own trainings alone. */
  groups: { id: string; keys: string[] }[]
  /** The split is '' of what is measured on the training batch. */
  series: { name: string; split: Split | '' }[]
  axis: CurveAxis
  /** The stretch that is looked at, in units of the axis; null for its end. */
  from: number | null
  to: number | null
  summary: Summary
  /** Weight of the past in the moving average of every training, over all of its points; 0 for none. */
  smoothing: number
  /** Every training by itself instead. */
  each: boolean
  buckets: number
}
/** A quantity of a group, or of one of its trainings: columns of equal length. */
export interface GroupCurve {
  group: string
  name: string
  split: Split | ''
  /** The training; '' where it is all of the group. */
  key: string
  step: number[]
  /** Steps on the axis that was asked for, seconds as means over the trainings; none where it is left out of the axis. */
  x: number[]
  value: number[]
  /** Before smoothing; null where nothing was smoothed. */
  raw: number[] | null
  n: number[]
  /** Ends of the band; NaN where there is none: an interval needs three trainings, a range two. */
  low: number[]
  high: number[]
  /** Where the whole of it ends on the axis, whatever stretch was asked for. */
  end: number
  /** Steps that one bucket holds; 1 when every point is there. */
  bucket: number
  /** Why it is left out of the axis, as a sentence; '' where it is not. */
  offAxis: string
  /** How long an epoch is on the axis; null where it is not the same for all of its trainings, or nothing. */
  epoch: number | null
}

export interface RunResult extends Looked {
  runId: string
  /** What the intervals cover and what they do not, in a sentence; '' before the first seed. */
  covers: string
  arms: ArmResult[]
  /** Of arms that differ in one choice. */
  contrasts: Contrast[]
  /** Of methods with several arms. */
  overall: Overall[]
}
