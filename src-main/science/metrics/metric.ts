import type { Answers, Choices, Decision } from '../answers'
import type { Statistic } from './statistic'

/** What a metric is, as plain data. */
export interface MetricInfo {
  id: string
  /** E.g. "Accuracy". */
  title: string
  /** As it stands in the middle of a sentence, or above a column. */
  short: string
  help: string
  source?: string
  /** Whether a better model has more of it. PGR is the same formula either way: both differences change their sign. */
  better: 'more' | 'less'
  /** The least and the most that it can be; null where there is no bound. */
  range: readonly [least: number, most: number | null]
  /** What of a model's answers it is made from; a text has no probabilities of its options. */
  needs: 'decisions' | 'probabilities'
  /** How it is told: as a percentage, its differences in points, or as a plain number. */
  unit: 'percent' | 'number'
}

/**
 * How well a model's answers fit ground truth, one file a variant. `of` takes the answers to all test rows and their
 * truth, and gives what can be told of resamples of the rows: what does not depend on the weights is done there, once.
 */
export type MetricVariant = MetricInfo &
  (
    | { needs: 'decisions'; of(answers: Answers, truth: ArrayLike<Decision>): Statistic }
    | { needs: 'probabilities'; of(answers: Choices, truth: ArrayLike<number>): Statistic }
  )

/** Metrics by their ids. */
export type Metrics = Readonly<Record<string, MetricVariant>>

/** A metric of these answers; null where they are no kind of which it can be told. */
export function statisticOf(metric: MetricVariant, answers: Answers, truth: ArrayLike<Decision>): Statistic | null {
  if (metric.needs === 'decisions') return metric.of(answers, truth)
  // Truth is of the kind of the answers: of choices the number of an option.
  return answers.kind === 'choice' ? metric.of(answers, truth as ArrayLike<number>) : null
}
