/** Arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

/**
 * A share of one of so many equally likely classes that is clearly more than chance: a fifth of the way from 1 / classes
 * to 1, which is 0.6 of two.
 */
export const clearlyAbove = (classes: number): number => 1 / classes + (1 - 1 / classes) / 5

/** Sample standard deviation (n − 1); 0 of a single value. */
export function deviation(values: ArrayLike<number>): number {
  const centre = mean(values)
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2
  return values.length > 1 ? Math.sqrt(sum / (values.length - 1)) : 0
}

/** Sample covariance (n − 1) of two columns of equal length; 0 of a single pair. */
export function covariance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [centreA, centreB] = [mean(a), mean(b)]
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i]! - centreA) * (b[i]! - centreB)
  return a.length > 1 ? sum / (a.length - 1) : 0
}

/** One of `quantiles`. */
export const quantile = (values: Float64Array, q: number): number => quantiles(values, [q])[0]!

/** Quantiles of the values by linear interpolation between order statistics, at position q · (n − 1). */
export function quantiles(values: Float64Array, qs: readonly number[]): number[] {
  const sorted = values.toSorted()
  return qs.map((q) => {
    const at = Math.min(Math.max(q, 0), 1) * (sorted.length - 1)
    const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!]
    return low + (high - low) * (at - Math.floor(at))
  })
}

/** Middle value; of an even number of values the lower one of the middle pair, so that it is one of them. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!
}

/** Where Student's t is as good as normal. */
const MANY = 300

/**
 * The quantile of Student's t beyond which, to both sides, `tails` of it lie (0.05 for a 95 % interval), for any degrees
 * of freedom of at least 1. With t = √ν · cot(u) the tails are ∫ sin(v)^(ν − 1) dv from 0 to u, as a share of that to
 * π / 2 (Abramowitz & Stegun 26.7.3); found by bisection, good to five digits.
 * @throws RangeError for less than one degree of freedom
 */
export function studentQuantile(tails: number, freedom: number): number {
  if (!(freedom >= 1)) throw new RangeError(`expected at least 1 degree of freedom, got ${freedom}`)
  const nu = Math.min(freedom, MANY)
  const wanted = tails * sinePower(nu - 1, Math.PI / 2)
  let [low, high] = [0, Math.PI / 2]
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (sinePower(nu - 1, middle) < wanted) low = middle
    else high = middle
  }
  return Math.sqrt(nu) / Math.tan((low + high) / 2)
}

/** ∫ sin(v)^power dv from 0 to u, by Simpson's rule over w = √v, in which the integrand is smooth at 0. */
function sinePower(power: number, u: number): number {
  const pieces = 200
  const end = Math.sqrt(u)
  let sum = 0
  for (let i = 1; i <= pieces; i++) {
    const w = (end * i) / pieces
    sum += (i === pieces ? 1 : i % 2 === 1 ? 4 : 2) * Math.sin(w * w) ** power * 2 * w
  }
  return (sum * end) / pieces / 3
}
