import type { OptimiserSpec } from '../optimiser'
import type { MethodChoice, ModelChoice } from '../spec/choices'
import type { StageFacts } from './facts'
import type { Stage } from './kinds'
import type { Measure } from './splits'

export type { AdaptConfig } from './adapt'
export type { DataConfig } from './data'
export { stageTitle, stageTitles, type StageFacts } from './facts'
export type { FeaturesConfig } from './features'
export { rolesOf, several, type Kind, type ModelSize, type Role } from './kind'
export { KINDS, kindOf, readsOf, roleOf, type Stage, type StageKind } from './kinds'
export type { LabelConfig } from './label'
export type { LanguageConfig } from './language'
export type { PretrainConfig } from './pretrain'
export type { PromptConfig } from './prompt'
export * from './splits'
export type { TokensConfig } from './tokens'
export {
  asksElsewhere,
  examplesBefore,
  followedSplits,
  predictedSplits,
  rowsOf,
  type Part,
  type TrainConfig,
} from './train'

/** One seed of an arm: the four stages whose results are compared. */
export interface ArmSeed {
  seed: number
  weak: string
  labels: string
  student: string
  ceiling: string
  /** Levels beside the four, by name: trainings on the ceiling’s rows, and prompts; see `levels.ts`. */
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
  /** Weights of the pretrained models of both, in numbers; null of what starts from none. Not there in earlier plans. */
  parameters?: { weak: number | null; strong: number | null }
  /** Short names for people. */
  title: string
  weakTitle: string
  strongTitle: string
  methodTitle: string
  seeds: ArmSeed[]
}
/** A stage as it stands in a plan. Its title tells all that there is; the other stages say how much of it must be told. */
export type PlanStage = Stage & { facts: StageFacts }
/** `stages` is in an order in which every stage comes after its needs. */
export interface Plan {
  stages: PlanStage[]
  arms: Arm[]
}
