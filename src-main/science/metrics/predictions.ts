import type { Answers, Decision } from '../answers'

/** What the metrics of one seed are made from: what its models said. */
export interface SeedPredictions {
  seed: number
  /** Ground truth of the test split. */
  truth: ArrayLike<Decision>
  /** Supervisor on the test split at its last evaluation, from which its labels are made. */
  weak: Answers
  /** Ceiling on the test split at its last evaluation. */
  ceiling: Answers
  /** Models that are measured beside the ceiling, on the test split at their last evaluation, by name. */
  references?: Record<string, Answers>
  /** Passes over its training half that the student makes; its last evaluation stands after them. */
  epochs: number
  /** Steps of the student's evaluations, ascending. */
  steps: number[]
  /** Student on the test split at every evaluation. */
  student: Answers[]
  /** Student on the validation split at every evaluation, and the supervisor: for the stop by weak labels. */
  studentValidation: Answers[]
  weakValidation: Answers
  /** Of test sets from elsewhere, by their ids: the three models, each at its last evaluation. */
  elsewhere?: Readonly<Record<string, Record<'weak' | 'student' | 'ceiling', Answers>>>
}
