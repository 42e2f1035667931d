import { createRng } from '../rng'
import { mean, quantile } from '../statistics'

/** Right (1) or wrong (0) of the three models, and whether the student decides as the supervisor; one entry an example. */
export interface SeedOutcomes {
  weak: Uint8Array
  student: Uint8Array
  ceiling: Uint8Array
  agree: Uint8Array
}

/** What is estimated of every resample; each is a mean over the seeds that it drew. */
export const QUANTITIES = [
  'weak',
  'student',
  'ceiling',
  'agreement',
  'agreementWeakRight',
  'agreementWeakWrong',
] as const
export type Quantity = (typeof QUANTITIES)[number]
/** Of each quantity its value in every resample; NaN where a resample has no example that it is about. */
export type Replicates = Record<Quantity, Float64Array>

/**
 * Seeded bootstrap of an arm: every resample draws seeds and test examples with replacement, and all three models are
 * judged on the same draw, so that what they share cancels in differences and ratios. The seeds of an arm share one
 * test split, and so the examples are drawn once for all of them: drawn for each seed on its own, one example would
 * count as several independent ones, and the intervals would come out too narrow (crossed, "pigeonhole" bootstrap,
 * Owen 2007).
 * @throws RangeError when seeds have different numbers of examples
 */
export function bootstrap(seeds: readonly SeedOutcomes[], { resamples = 1000, seed = 0 } = {}): Replicates {
  const n = seeds[0]?.weak.length ?? 0
  for (const s of seeds) if (s.weak.length !== n) throw new RangeError(`expected ${n} examples, got ${s.weak.length}`)
  const rng = createRng(`bootstrap/${seed}`)
  const outcomes = seeds.map(outcomesOf)
  const counts = seeds.map(() => new Float64Array(OUTCOMES))
  const out = Object.fromEntries(QUANTITIES.map((q) => [q, new Float64Array(resamples)])) as Replicates
  for (let r = 0; r < resamples; r++) {
    for (const c of counts) c.fill(0)
    for (let i = 0; i < n; i++) {
      const example = rng.int(n)
      for (let s = 0; s < outcomes.length; s++) counts[s]![outcomes[s]![example]!]!++
    }
    const bySeed = counts.map((c) => quantitiesOf(c, n))
    const drawn = seeds.map(() => bySeed[rng.int(seeds.length)]!)
    for (const q of QUANTITIES) out[q][r] = mean(drawn.map((d) => d[q]).filter((x) => !Number.isNaN(x)))
  }
  return out
}

/** The 95 % percentile interval of the defined replicates; NaN where there are none. */
export function interval(replicates: Float64Array): { low: number; high: number } {
  const defined = replicates.filter((x) => !Number.isNaN(x))
  return { low: quantile(defined, 0.025), high: quantile(defined, 0.975) }
}

const WEAK = 1
const STUDENT = 2
const CEILING = 4
const AGREE = 8
/** Number of possible outcomes of one example. A resample is a count of each; the examples themselves are not copied. */
const OUTCOMES = 16

/** The four flags of every example as one number. */
function outcomesOf({ weak, student, ceiling, agree }: SeedOutcomes): Uint8Array {
  return weak.map((w, i) => w * WEAK + student[i]! * STUDENT + ceiling[i]! * CEILING + agree[i]! * AGREE)
}

function quantitiesOf(counts: Float64Array, n: number): Record<Quantity, number> {
  const having = (flags: number) => {
    let sum = 0
    for (let o = 0; o < OUTCOMES; o++) if ((o & flags) === flags) sum += counts[o]!
    return sum
  }
  const weak = having(WEAK)
  const agree = having(AGREE)
  const agreeRight = having(AGREE | WEAK)
  return {
    weak: weak / n,
    student: having(STUDENT) / n,
    ceiling: having(CEILING) / n,
    agreement: agree / n,
    agreementWeakRight: agreeRight / weak,
    agreementWeakWrong: (agree - agreeRight) / (n - weak),
  }
}
