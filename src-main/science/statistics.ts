/** Arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

/** Sample standard deviation (n − 1); 0 of a single value. */
export function deviation(values: ArrayLike<number>): number {
  const centre = mean(values)
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2
  return values.length > 1 ? Math.sqrt(sum / (values.length - 1)) : 0
}

/** Quantile `q` of the values by linear interpolation between order statistics, at position q · (n − 1). */
export function quantile(values: Float64Array, q: number): number {
  const sorted = values.toSorted()
  const at = Math.min(Math.max(q, 0), 1) * (sorted.length - 1)
  const low = sorted[Math.floor(at)]!
  const high = sorted[Math.ceil(at)]!
  return low + (high - low) * (at - Math.floor(at))
}

/** Middle value; of an even number of values the lower one of the middle pair, so that it is one of them. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!
}
