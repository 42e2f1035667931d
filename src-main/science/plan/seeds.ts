import type { SeedMeasured } from '../metrics/result'
import { deviation, mean, studentQuantile } from '../maths/statistics'

/** How much chance there is between the seeds of an arm, beside how large its gap is. */
export interface SeedChance {
  /**
   * Standard deviation over seeds of how far each is from the PGR p of all, (student − weak) − p · (ceiling − weak), in units of
   * the metric: a steady student counts as steady, and what moves supervisor and student alike counts once. Without a PGR, p is 0.
   */
  sigma: number
  /** Ceiling minus supervisor, in the same units. */
  gap: number
  /** Of the means over seeds; null where the ceiling is not better than the supervisor. */
  pgr: number | null
}

/** The chance between the seeds of an arm that is finished; null below two seeds, which tell nothing of it. */
export function seedChance(bySeed: readonly SeedMeasured[]): SeedChance | null {
  if (bySeed.length < 2) return null
  const [weak, student, ceiling] = (['weak', 'student', 'ceiling'] as const).map((role) => bySeed.map((s) => s[role]))
  const gap = mean(ceiling!) - mean(weak!)
  const pgr = gap > 0 ? (mean(student!) - mean(weak!)) / gap : null
  const sigma = deviation(bySeed.map((s) => s.student - s.weak - (pgr ?? 0) * (s.ceiling - s.weak)))
  return { sigma, gap, pgr }
}

/**
 * Half the width of the 95 % interval that chance between n seeds alone gives PGR as a ratio of means, to first order:
 * t(n − 1) · σ / (gap · √n), by the delta method (the variance of a ratio of means, to first order).
 * Test rows, which are the same for every seed, are not in it. Null for one seed, and where there is no gap.
 */
export function halfWidth({ sigma, gap, pgr }: SeedChance, n: number): number | null {
  if (n < 2 || pgr === null) return null
  return (studentQuantile(0.05, n - 1) * sigma) / (gap * Math.sqrt(n))
}

/** Fewest seeds whose half width is at most `wanted`; null where `most` do not reach it. */
export function seedsFor(chance: SeedChance, wanted: number, most: number): number | null {
  const enough = (n: number) => (halfWidth(chance, n) ?? Infinity) <= wanted
  if (!enough(most)) return null
  // More seeds are never wider, so the first that are enough lie between one that is not and one that is.
  let [low, high] = [1, most]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (enough(middle)) high = middle
    else low = middle
  }
  return high
}

/** Half widths that one plans for. */
const GOALS = [0.5, 0.3, 0.2, 0.15, 0.1, 0.05, 0.03, 0.02, 0.01]
/** A further goal is worth naming where it is at most so much of what there is. */
const WORTH = 0.75

/** The next half width worth planning for, below that of n seeds: the widest of the goals. */
export function nextGoal(chance: SeedChance, n: number): number | null {
  const now = halfWidth(chance, n) ?? Infinity
  return GOALS.find((goal) => goal <= now * WORTH) ?? null
}
