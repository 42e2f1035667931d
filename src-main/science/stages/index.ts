import type { LossChoice, MethodChoice, ModelChoice } from '../spec/choices'
import type { OptimiserSpec } from '../optimiser'

/** A stage is the unit of work, caching and failure. Its key hashes everything that determines its result. */
export type StageKind = 'data' | 'pretrain' | 'features' | 'train' | 'label'
/** Goes up with every change of a stage's code that changes its result: what was cached before is then another stage. */
export const STAGE_VERSIONS: Readonly<Record<StageKind, number>> = {
  // 2: development rows are never tested on; seeds may redraw the halves.
  data: 2,
  pretrain: 1,
  features: 1,
  train: 1,
  label: 1,
}
export type Role = 'weak' | 'student' | 'ceiling' | 'reference'
/** Splits of a prepared task: `weak` trains the supervisor, `transfer` is labelled by it and trains students and ceilings. */
export const SPLITS = ['weak', 'transfer', 'validation', 'test'] as const
export type Split = (typeof SPLITS)[number]
/** The splits that are no measurement: trained on, or in the choice of a stop. */
export const TRAINING = ['weak', 'transfer', 'validation'] as const satisfies readonly Split[]
export type TrainingSplit = (typeof TRAINING)[number]

/** Which rows the split `test` holds: those that are reported, or those that settings are chosen on. */
export type Measure = 'test' | 'development'

/** The splits that a supervisor labels: never the half that it was taught on. */
export const LABELLED = ['transfer', 'validation', 'test'] as const satisfies readonly Split[]

/** The splits that a training predicts: its supervisor's half is of no interest to a student or a ceiling. */
export function predictedSplits(role: Role): readonly Split[] {
  return role === 'weak' ? SPLITS : LABELLED
}

/**
 * Those of them that are predicted at every evaluation; the others, the large halves among them, at the last one alone.
 * Who reads what: curves, and of a student the stop rules and the inspector's history, read the test split at every
 * evaluation; the stop by weak labels reads a student's validation split at every one, its supervisor's at the last.
 * Labels are a supervisor's last answers (`label`), and nobody reads earlier ones of the halves that are trained on.
 */
export function followedSplits(role: Role): readonly Split[] {
  return role === 'student' ? ['validation', 'test'] : ['test']
}

export interface DataConfig {
  task: string
  /** sha256 of the task's bytes, so that an edited dataset is another stage. */
  source: string
  /** Names of the classes of an imported task; those of a bundled one are in the catalog. */
  classes?: readonly string[]
  sizes: Record<Split, number>
  splitSeed: number
  /** Deals the training splits anew; null where all seeds of a run share them. */
  redraw: number | null
  measure: Measure
}
export interface PretrainConfig {
  recipe: 'ppmi-svd'
  width: number
  vocabulary: number
  window: number
  /** task id → sha256: the corpora; the test texts of each are left out. */
  corpora: Record<string, string>
  seed: number
}
/** Hidden states of a frozen pretrained model over a prepared task: what every probe of that model starts from. */
export interface FeaturesConfig {
  /** Content key of the model. */
  checkpoint: string
  /** Longer texts are cut. */
  tokens: number
  backend: string
}
export interface TrainConfig {
  role: Role
  model: ModelChoice
  /** Content key of the pretrained model that is finetuned. */
  checkpoint?: string
  /** Split whose examples are trained on. */
  trainOn: 'weak' | 'transfer'
  /** `truth`: ground truth; `labels`: the label set of need `labels`. */
  targets: 'truth' | 'labels'
  loss: LossChoice
  optimiser: OptimiserSpec
  /** Number of evaluations, spread evenly over training; step 0 and the last step always among them. */
  evaluations: number
  weights: 'keep' | 'drop'
  seed: number
  backend: string
}
export interface LabelConfig {
  form: 'soft' | 'hard'
}

interface Common {
  /** sha256 hex over kind, config, keys of the needs and the stage's code version. */
  key: string
  title: string
}
/** `needs` maps a role to the key of the stage that fills it: `data`, `vectors`, `features`, `labels` (a label stage), `model` (a train stage). */
export type Stage = Common &
  (
    | { kind: 'data'; config: DataConfig; needs: Record<string, never> }
    | { kind: 'pretrain'; config: PretrainConfig; needs: Record<string, never> }
    | { kind: 'features'; config: FeaturesConfig; needs: { data: string } }
    | {
        kind: 'train'
        config: TrainConfig
        needs: { data: string; vectors?: string; features?: string; labels?: string }
      }
    | { kind: 'label'; config: LabelConfig; needs: { data: string; model: string } }
  )

/** Content key of the pretrained model that a stage reads. */
export function checkpointOf(stage: Stage): string | undefined {
  return stage.kind === 'train' || stage.kind === 'features' ? stage.config.checkpoint : undefined
}

/** One seed of an arm: the four stages whose results are compared. */
export interface ArmSeed {
  seed: number
  weak: string
  labels: string
  student: string
  ceiling: string
  /** Trainings on the ceiling's rows that show what a simpler model makes of them, by name. */
  references?: Record<string, string>
}
/** What is reported as one line: task × weak × strong × method, over its seeds. */
export interface Arm {
  id: string
  task: string
  weak: ModelChoice
  strong: ModelChoice
  method: MethodChoice
  /** What supervisor and student are trained by; null where that is not on record. */
  optimisers: { weak: OptimiserSpec; strong: OptimiserSpec } | null
  measure: Measure
  /** Short names for people. */
  title: string
  weakTitle: string
  strongTitle: string
  methodTitle: string
  seeds: ArmSeed[]
}
/** `stages` is in an order in which every stage comes after its needs. */
export interface Plan {
  stages: Stage[]
  arms: Arm[]
}
