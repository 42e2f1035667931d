import type { Columns } from '../curves'
import { wilson, type Share } from '../maths/wilson'

/** That a student has come to repeat its supervisor's errors while it got worse, and the numbers by which it is said. */
export interface FitsErrors {
  /** Steps of the evaluation that was best by ground truth, and of the latest. */
  best: number
  now: number
  /** Of the supervisor's errors those that the student repeats, then and now. */
  repeated: readonly [Share, Share]
  /** Right by ground truth, then and now. */
  right: readonly [Share, Share]
}

/**
 * Whether a student now fits weak errors: since the evaluation at which it was best by ground truth the share of its
 * supervisor's errors that it repeats rose, and what is right fell, each beyond Wilson's intervals of both points. The best
 * point was picked among all evaluations, so that intervals are of 95 % together: each errs by .05 / evaluations. Both
 * points are of the same rows, which makes two intervals that lie apart say more, not less. Null where it is not so.
 * @param accuracy by ground truth, and `repeated` the share of the supervisor's errors that is repeated, at evaluations
 * @param rows how many are asked, and of how many of them the supervisor is wrong
 */
export function fitsErrors(
  accuracy: Columns,
  repeated: Columns,
  rows: { all: number; wrong: number },
): FitsErrors | null {
  const last = accuracy.step.length - 1
  if (last < 1 || rows.wrong < 1 || repeated.step.length !== accuracy.step.length) return null
  const at = accuracy.value.indexOf(Math.max(...accuracy.value))
  const error = 0.05 / accuracy.step.length
  const both = ({ value }: Columns, n: number) =>
    [wilson(value[at]!, n, error), wilson(value[last]!, n, error)] as const
  const found = {
    best: accuracy.step[at]!,
    now: accuracy.step[last]!,
    repeated: both(repeated, rows.wrong),
    right: both(accuracy, rows.all),
  }
  const rose = found.repeated[1].low > found.repeated[0].high
  const fell = found.right[1].high < found.right[0].low
  return rose && fell ? found : null
}
