import type { Arm } from '../stages'

/** Which evaluation of the student's training is looked at; `oracle` knows ground truth and is never the result. */
export type StopRule = 'last' | 'weak-validation' | 'oracle'

/** A mean over seeds with its 95 % bootstrap interval. */
export interface Estimate {
  value: number
  low: number
  high: number
  /** Number of seeds. */
  seeds: number
  /** Number of test examples a seed, of those that the quantity is about (for agreement on errors: the errors). */
  examples: number
}

/** PGR = (student − weak) / (ceiling − weak), arXiv 2312.09390 §3.1; undefined with a reason when ceiling ≤ weak. */
export type Pgr =
  | {
      defined: true
      value: number
      low: number
      high: number
      gap: number
      seeds: number
      examples: number
      convention: string
      warning: string | null
    }
  | { defined: false; reason: string; gap: number; seeds: number; examples: number; convention: string }

export interface SeedResult {
  seed: number
  weak: number
  student: number
  ceiling: number
  pgr: number | null
  agreement: number
  agreementWeakRight: number | null
  agreementWeakWrong: number | null
  /** Ceiling's agreement with the supervisor's errors: the base rate of honest mistakes. */
  ceilingAgreementWeakWrong: number | null
  /** Step that the stop rule reports. */
  step: number
}

export interface ArmResult {
  arm: Arm
  stop: StopRule
  /** Seeds whose four stages are done, of those asked for. */
  seedsDone: number
  weak: Estimate | null
  student: Estimate | null
  ceiling: Estimate | null
  agreement: Estimate | null
  agreementWeakRight: Estimate | null
  agreementWeakWrong: Estimate | null
  pgr: Pgr | null
  bySeed: SeedResult[]
  /** The student on the test split at every evaluation of its training, each a mean over seeds. */
  training: {
    step: number[]
    /** Accuracy on ground truth, and the least and the most of the seeds. */
    truth: number[]
    truthLow: number[]
    truthHigh: number[]
    /** Agreement with the supervisor, and the share of the supervisor's errors that are repeated (0 of none). */
    weakLabels: number[]
    weakErrors: number[]
  } | null
  /** Median step over seeds of each stop rule, and the student's mean test accuracy there. */
  stops: Record<StopRule, { step: number; student: number }> | null
}

/** Right or wrong of weak, student and ceiling, e.g. "011" = weak wrong, student right, ceiling right. */
export type Cell = '000' | '001' | '010' | '011' | '100' | '101' | '110' | '111'

export interface Cube {
  counts: Record<Cell, number>
  examples: number
  /**
   * The supervisor's errors by its confidence (probability of its decision, from `low` to `high`), unsure to sure:
   * `n` errors, and the shares of them that student and ceiling repeat. Without the bins that hold none.
   */
  copiedByConfidence: { low: number; high: number; n: number; copied: number; ceilingCopied: number }[]
}
