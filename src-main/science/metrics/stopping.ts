import { createRng } from '../maths/rng'
import { numbered } from './groups'
import { best } from './stops'

/**
 * The evaluation at which ground truth would have stopped the student, for every test row, without the flattery of a
 * choice that is judged on the rows that it was made on: for the rows of one half of the test split the evaluation is
 * chosen on the other half, and the other way round (cross-fitting; Stone 1974). Groups stay in one half.
 * @param right of every evaluation whether it is right on each row (1) or not (0)
 * @param from index of the first evaluation that may be chosen
 */
export function stoppedByTheOtherHalf(
  right: readonly Uint8Array[],
  groups: readonly string[],
  from: number,
): Int32Array {
  const half = halves(groups)
  const chosen = [0, 1].map((side) => {
    const other = right.map((flags) => flags.reduce((sum, flag, i) => sum + (half[i] === side ? 0 : flag), 0))
    return best(other, from)
  })
  return Int32Array.from(half, (side) => chosen[side]!)
}

/** What is true of every row at the evaluation that is its own. @param flags of every evaluation */
export const flagsAt = (flags: readonly Uint8Array[], at: Int32Array): Uint8Array =>
  Uint8Array.from(at, (evaluation, i) => flags[evaluation]![i]!)

/** Half of each row, 0 or 1: groups in random order, each to the half that has fewer rows. Same groups, same halves. */
export function halves(groups: readonly string[]): Uint8Array {
  const { of, count } = numbered(groups)
  const sizes = new Int32Array(count)
  for (const group of of) sizes[group]!++
  const sideOf = new Uint8Array(count)
  const filled = [0, 0]
  for (const group of createRng('halves').shuffle(Array.from({ length: count }, (_, g) => g))) {
    const side = filled[1]! < filled[0]! ? 1 : 0
    sideOf[group] = side
    filled[side]! += sizes[group]!
  }
  return Uint8Array.from(of, (group) => sideOf[group]!)
}
