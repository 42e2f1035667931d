import type { Share } from '../maths/wilson'
import type { Arm } from '../stages'

/** Which evaluation of the student's training is looked at; `oracle` knows ground truth and is never the result. */
export type StopRule = 'last' | 'weak-validation' | 'oracle'

/**
 * Where a student is read: where a rule stops it, or at the evaluation nearest to so many updates or epochs (of two as near
 * the earlier), which need not be the same step in every arm. A text, so that addresses, keys and options say it alike.
 */
export type Stop = StopRule | `step-${number}` | `epoch-${number}`

/** What a seed draws anew: the order of its training, or the weak and the transfer half of the data as well. */
export type Redraw = 'order' | 'halves'

/** What the intervals of an arm are about. What is not among it, they do not cover: there is one test split. */
export interface Covers {
  redraw: Redraw
  seeds: number
  /** Independent groups of test rows; as many as `rows` where every row stands alone. */
  groups: number
  rows: number
}

/** A mean over seeds with its 95 % interval: bootstrap over groups of test rows and seeds, see `Covers`. */
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

/** One metric of the three models under one seed. */
export interface SeedMeasured {
  seed: number
  weak: number
  student: number
  ceiling: number
  pgr: number | null
}

/** One metric of an arm on the test split, the student where it is reported. */
export interface Measured {
  weak: Estimate
  student: Estimate
  ceiling: Estimate
  pgr: Pgr
  /** Of the levels beside the three, by name: see `levels.ts`. */
  references: Record<string, Estimate>
  bySeed: SeedMeasured[]
  /**
   * The student at every evaluation of its training: the mean over seeds, the least and the most of them. Null where the
   * seeds were not evaluated at the same steps.
   */
  training: { mean: number[]; low: number[]; high: number[] } | null
  /** The student's mean where each stop rule ends its training. */
  stops: Record<StopRule, number>
}

/** The same on a test set from elsewhere, of which there is no course. */
export type ElsewhereMeasured = Pick<Measured, 'weak' | 'student' | 'ceiling' | 'pgr' | 'bySeed'>

/**
 * What the models of an arm make of a test set of the same question over texts from elsewhere: all three at their last
 * step, the student too, whatever rule stops it.
 */
export interface Elsewhere {
  /** Of the set. */
  id: string
  rows: number
  /** Independent groups of them. */
  groups: number
  /** By the ids of the metrics. */
  measures: Record<string, ElsewhereMeasured>
}

/** How the models of one seed decide beside each other. */
export interface SeedResult {
  seed: number
  /** Step of the evaluation at which the student is read. */
  step: number
  agreement: number
  agreementWeakRight: number | null
  agreementWeakWrong: number | null
  /** Ceiling's agreement with the supervisor's errors: the base rate of honest mistakes. */
  ceilingAgreementWeakWrong: number | null
}

export interface ArmResult {
  arm: Arm
  stop: Stop
  /** Null before the first seed. */
  covers: Covers | null
  /** Seeds whose four stages are done, of those asked for. */
  seedsDone: number
  /** Every metric that there is of these answers, by its id; none before the first seed. */
  measures: Record<string, Measured>
  agreement: Estimate | null
  agreementWeakRight: Estimate | null
  agreementWeakWrong: Estimate | null
  /**
   * What stopping by ground truth would add to the student's accuracy at its last step, which is how far it over-fits: the
   * evaluation is chosen on one half of the test rows and measured on the other, both ways. The interval takes the chosen evaluations as given.
   */
  saving: Estimate | null
  /** The same over where weak labels stop it: the price of having no ground truth to stop by. Not told by earlier versions. */
  tax?: Estimate
  /**
   * How much larger a share of its supervisor's errors the student repeats at its last step than where ground truth would
   * stop it, by the same evaluations as `saving`. Null where the supervisor makes none; not told by earlier versions.
   */
  copying?: Estimate | null
  /**
   * Cross-entropy of the student's probabilities to its supervisor's in nats, over the rows that the agreements are about.
   * Not told of texts, nor by earlier versions.
   */
  crossEntropy?: Record<'all' | 'weakRight' | 'weakWrong', Estimate | null>
  /** What a reader should know before any of the numbers. */
  warnings: string[]
  bySeed: SeedResult[]
  /** The student beside its supervisor at every evaluation of its training, on the test split; means over seeds. */
  training: {
    step: number[]
    /** Agreement with the supervisor, and the share of the supervisor's errors that are repeated (0 of none). */
    weakLabels: number[]
    weakErrors: number[]
  } | null
  /** Median step over seeds at which each rule would stop. */
  stops: Record<StopRule, number> | null
  /** Not given where no set from elsewhere was asked about. */
  elsewhere?: Elsewhere[]
}

/** A difference of two arms with its 95 % interval. */
export interface Difference {
  value: number
  low: number
  high: number
}

export interface MeasuredDifference {
  student: Difference
  /** Null where one of the two is undefined, and where models differ: shares of different gaps do not compare. */
  pgr: Difference | null
}

/**
 * What one arm has over another that differs in one choice, over the seeds that both have done: paired, both arms judged
 * on the same resampled rows and seeds, so that what they share cancels. Narrower than the two intervals suggest.
 */
export interface Contrast {
  /** Ids of the two arms: the difference is `arm` − `against`. */
  arm: string
  against: string
  /** E.g. "confidence − naive". */
  title: string
  task: string
  differ: 'method' | 'weak' | 'strong'
  /** Of every metric that both have, by its id. */
  measures: Record<string, MeasuredDifference>
  seeds: number
  examples: number
}

/**
 * What a student says of a test row: what is right, what its supervisor wrongly says, or something wrong that its
 * supervisor does not say. Of two classes the last is where the supervisor is right.
 */
export type Fate = 'right' | 'copied' | 'own'
/** What became of a test row from the student of one arm (`against`) to that of another. */
export type Move = `${Fate}-${Fate}`

/** Two arms under one seed, row by row. */
export interface SeedLedger {
  seed: number
  /** Every test row stands in one of them. */
  moves: Record<Move, number>
  /** Rows that only the arm is right on, and those that only `against` is. */
  corrected: number
  broken: number
  /** Two-sided p of McNemar's exact test over these. It takes rows as independent, which rows of one group are not. */
  p: number
}

/** One of two arms that are compared, over the seeds that both have. */
export interface ComparedStudent {
  student: Estimate
  pgr: Pgr
}

/**
 * Two arms on the same test rows, paired by rows and seeds as a contrast is, whatever they differ in. Means, intervals
 * and differences are over the seeds that both have done.
 */
export interface Comparison {
  /** The difference is `arm` − `against`. */
  arm: Arm
  against: Arm
  stop: Stop
  /** In what the arms differ; nothing where it is the run alone. */
  differ: Contrast['differ'][]
  /** What the intervals cover, in a sentence. */
  covers: string
  /** Of every metric that both have, by its id. */
  measures: Record<
    string,
    MeasuredDifference & {
      of: { arm: ComparedStudent; against: ComparedStudent }
      bySeed: { seed: number; student: number; pgr: number | null }[]
    }
  >
  /** Seeds that both have done, and those that only one has. */
  seeds: number[]
  only: { arm: number[]; against: number[] }
  examples: number
  /** Independent groups of the examples; as many where every one stands alone. */
  groups: number
  /** By seed, in the order of `seeds`. */
  ledger: SeedLedger[]
}

/** PGR of a method over its arms: tasks, and pairs of models. */
export interface Overall {
  /** Id of the metric. */
  metric: string
  /** Title of the method. */
  method: string
  /** Arms that it is about: not those whose two models are the same. */
  arms: number
  /** Those among them whose ceiling is not better than their supervisor: medians leave them out. */
  undefinedArms: number
  /** By the name of each convention; null where it gives none. */
  pgr: { convention: string; value: number | null }[]
}

/** Right or wrong of weak, student and ceiling, e.g. "011" = weak wrong, student right, ceiling right. */
export type Cell = '000' | '001' | '010' | '011' | '100' | '101' | '110' | '111'

export interface Cube {
  /** How many there were to choose from; 0 of texts. More than two, and a student may be wrong as its supervisor is not. */
  choices: number
  counts: Record<Cell, number>
  examples: number
  /**
   * The supervisor's errors by its confidence (probability of its decision, from `low` to `high`), unsure to sure, in tenths
   * of their number, or in fewer parts of five at least: the shares of them that student and ceiling repeat,
   * with Wilson's 95 % intervals, which take the errors as independent of one another.
   */
  copiedByConfidence: { low: number; high: number; copied: Share; ceilingCopied: Share }[]
}
