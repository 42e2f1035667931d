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
  const { patternOf, patterns } = groupExamples(seeds, n)
  const out = Object.fromEntries(QUANTITIES.map((q) => [q, new Float64Array(resamples)])) as Replicates
  const counts = new Float64Array(patterns.length)
  for (let r = 0; r < resamples; r++) {
    counts.fill(0)
    for (let i = 0; i < n; i++) counts[patternOf[rng.int(n)]!]!++
    const bySeed = seeds.map((_, s) => quantitiesOf(patterns, s, counts, n))
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

/**
 * Examples that came out alike for every seed are counted together: a thousand examples make a few dozen patterns, and
 * a resample is a count of each. A pattern holds one set of flags a seed.
 */
function groupExamples(seeds: readonly SeedOutcomes[], n: number) {
  const ids = new Map<string, number>()
  const patterns: number[][] = []
  const patternOf = new Uint32Array(n)
  for (let i = 0; i < n; i++) {
    const flags = seeds.map(
      (s) => s.weak[i]! * WEAK + s.student[i]! * STUDENT + s.ceiling[i]! * CEILING + s.agree[i]! * AGREE,
    )
    const name = flags.join()
    let id = ids.get(name)
    if (id === undefined) {
      id = patterns.push(flags) - 1
      ids.set(name, id)
    }
    patternOf[i] = id
  }
  return { patternOf, patterns }
}

function quantitiesOf(patterns: number[][], seed: number, counts: Float64Array, n: number): Record<Quantity, number> {
  let [weak, student, ceiling, agreeRight, agreeWrong] = [0, 0, 0, 0, 0]
  for (let p = 0; p < patterns.length; p++) {
    const flags = patterns[p]![seed]!
    const count = counts[p]!
    if (flags & WEAK) weak += count
    if (flags & STUDENT) student += count
    if (flags & CEILING) ceiling += count
    if (flags & AGREE && flags & WEAK) agreeRight += count
    else if (flags & AGREE) agreeWrong += count
  }
  return {
    weak: weak / n,
    student: student / n,
    ceiling: ceiling / n,
    agreement: (agreeRight + agreeWrong) / n,
    agreementWeakRight: agreeRight / weak,
    agreementWeakWrong: agreeWrong / (n - weak),
  }
}
