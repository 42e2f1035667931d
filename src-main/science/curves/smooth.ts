/**
 * Bias-corrected exponential moving average of a curve over its own points: s ← w·s + (1 − w)·x, and s / (1 − w^t) after
 * t points, as Adam corrects its moments (arXiv 1412.6980, algorithm 1); without the correction a curve would begin at 0.
 * What is not a number stays so and counts for nothing after it.
 * @param weight of the past, at least 0 and less than 1; 0 leaves the curve as it is
 */
export function smoothed(values: readonly number[], weight: number): number[] {
  let sum = 0
  let rest = 1
  return values.map((value) => {
    if (!Number.isFinite(value)) return value
    sum = weight * sum + (1 - weight) * value
    rest *= weight
    return sum / (1 - rest)
  })
}
