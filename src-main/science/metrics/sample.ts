import { covariance, quantiles, studentQuantile } from '../maths/statistics'

/** A number of an arm, with what chance may have done to it. */
export interface Sample {
  /** Mean over the seeds. */
  value: number
  /** The same of every seed; NaN of one that has none. */
  bySeed: number[]
  /** `value` in resamples of the rows alone, the seeds being as they are. */
  rows: Float64Array
  /** `value` in resamples of rows and seeds. */
  all: Float64Array
  /** How many groups of rows were drawn from. */
  groups: number
}

/** Tails of a 95 % interval, both together. */
const TAILS = 0.05
const NORMAL = 1.959964

/** a · x − b · y of samples that were drawn alike; `a` and `b` are constants. */
export function minus(x: Sample, y: Sample, a = 1, b = 1): Sample {
  const of = (left: number, right: number) => a * left - b * right
  return {
    value: of(x.value, y.value),
    bySeed: x.bySeed.map((left, s) => of(left, y.bySeed[s]!)),
    rows: x.rows.map((left, r) => of(left, y.rows[r]!)),
    all: x.all.map((left, r) => of(left, y.all[r]!)),
    groups: x.groups,
  }
}

/** The same with the other sign. */
export function negative({ value, bySeed, rows, all, groups }: Sample): Sample {
  return { value: -value, bySeed: bySeed.map((x) => -x), rows: rows.map((x) => -x), all: all.map((x) => -x), groups }
}

/** Error of the values of two samples that were drawn alike: of rows, of seeds, and of both. */
function errorsOf(x: Sample, y: Sample): { rows: number; seeds: number; sum: number } {
  // As an estimate from so many groups, and defined in nearly all resamples.
  const inRows = covariance(...pairs(x.rows, y.rows)) * (x.groups / Math.max(1, x.groups - 1))
  const [left, right] = pairs(x.bySeed, y.bySeed)
  const ofSeeds = covariance(left, right) / left.length
  return { rows: inRows, seeds: ofSeeds, sum: inRows + ofSeeds }
}

type Numbers = ArrayLike<number>

/** Both without the entries that are NaN in one of them. */
function pairs<T extends number[] | Float64Array>(x: T, y: T): [Numbers, Numbers] {
  if (!x.some(Number.isNaN) && !y.some(Number.isNaN)) return [x, y]
  const [left, right]: [number[], number[]] = [[], []]
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(x[i]) || Number.isNaN(y[i])) continue
    left.push(x[i]!)
    right.push(y[i]!)
  }
  return [left, right]
}

/** Standard error of a sample's value, of rows and seeds together. */
export const errorOf = (sample: Sample): number => Math.sqrt(errorsOf(sample, sample).sum)

/**
 * How many standard errors a 95 % interval reaches: Student's t, with the degrees of freedom of a sum of two estimated
 * variances, that over groups (groups − 1) and that over seeds (seeds − 1), by Welch 1947 and Satterthwaite 1946. Three
 * seeds that differ much give up to 4.3, those that hardly differ 1.96.
 */
export function reach(sample: Sample): number {
  const { rows, seeds, sum } = errorsOf(sample, sample)
  const count = sample.bySeed.filter((x) => !Number.isNaN(x)).length
  const part = (error: number, freedom: number) => (error > 0 ? error ** 2 / Math.max(1, freedom) : 0)
  const parts = part(rows, sample.groups - 1) + part(seeds, count - 1)
  return parts > 0 ? studentQuantile(TAILS, Math.max(1, sum ** 2 / parts)) : NORMAL
}

/** The replicates of a sample as far from its value as `reach` asks for: a bootstrap's own tails are normal. */
export function widened(sample: Sample, reached: number): Float64Array {
  const factor = reached / NORMAL
  return sample.all.map((x) => sample.value + factor * (x - sample.value))
}

/** The 95 % interval of a sample; NaN where no replicate is defined. */
export function intervalOf(sample: Sample): { low: number; high: number } {
  return percentiles(widened(sample, reach(sample)))
}

/** Where the middle 95 % of the defined replicates lie; NaN where there are none. */
export function percentiles(replicates: Float64Array): { low: number; high: number } {
  const defined = replicates.filter((x) => !Number.isNaN(x))
  const [low, high] = quantiles(defined, [TAILS / 2, 1 - TAILS / 2]) as [number, number]
  return { low, high }
}

/**
 * Fieller's 95 % confidence set of the ratio of two means, from their errors and their covariance (Fieller 1954, "Some
 * problems in interval estimation", J. R. Stat. Soc. B 16): all ρ with (n − ρ d)² ≤ t² (v_nn − 2 ρ v_nd + ρ² v_dd). It
 * is an interval only where the denominator differs from 0, |d| > t √v_dd; else it is unbounded, and null here.
 * @param t how many standard errors it reaches
 */
export function fieller(
  { n, d, vnn, vdd, vnd }: { n: number; d: number; vnn: number; vdd: number; vnd: number },
  t: number,
): { low: number; high: number } | null {
  const a = d ** 2 - t ** 2 * vdd
  const b = n * d - t ** 2 * vnd
  const c = n ** 2 - t ** 2 * vnn
  const root = Math.sqrt(b ** 2 - a * c)
  return a > 0 && !Number.isNaN(root) ? { low: (b - root) / a, high: (b + root) / a } : null
}

/** A ratio of two samples that were drawn alike. */
export interface Ratio {
  value: number
  /** The ratio, made linear at its value: what its error is measured on. */
  linear: Sample
  /** Its replicates, of samples that reach so far; NaN where the denominator is not above 0. */
  widened(reached: number): Float64Array
  /** Null where it is unbounded. */
  fieller: { low: number; high: number } | null
}

export function ratio(numerator: Sample, denominator: Sample): Ratio {
  const value = numerator.value / denominator.value
  const linear = minus(numerator, denominator, 1 / denominator.value, value / denominator.value)
  const error = (x: Sample, y: Sample) => errorsOf(x, y).sum
  const [n, d] = [numerator, denominator]
  const moments = { n: n.value, d: d.value, vnn: error(n, n), vdd: error(d, d), vnd: error(n, d) }
  return {
    value,
    linear,
    widened(reached) {
      const above = widened(numerator, reached)
      return widened(denominator, reached).map((x, r) => (x > 0 ? above[r]! / x : NaN))
    },
    fieller: fieller(moments, reach(denominator)),
  }
}
