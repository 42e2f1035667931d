import { createRng, type Rng } from '../maths/rng'
import { mean } from '../maths/statistics'
import { resample } from './draws'
import { numbered, type Numbered } from './groups'
import type { Sample } from './sample'
import { valueOf, type Statistic } from './statistic'
import { sums, tally } from './tally'
import { weighted } from './weighted'

/** Resamples of every share: with a tenth of them an end is off by up to .8 where a gap is small. */
const RESAMPLES = 10_000
/**
 * Resamples of all else, the first of the same: each costs a walk over all rows. An end of theirs is off by some 3 % of
 * half the interval, by the luck of the draw.
 */
const RESAMPLES_UNDER = 2000

/** Which rows have a property (1) and which have not (0), one entry a test row, by the property's name. */
export type Flags<F extends string> = Readonly<Record<F, Uint8Array>>

/**
 * Seeded bootstrap over test rows and seeds. The seeds share one test split, and so the rows are drawn once for all of
 * them (crossed: Owen 2007, "The pigeonhole bootstrap"); drawn for each seed on its own, one row would count as several
 * independent ones. What is drawn are whole groups of rows, with replacement (Field & Welsh 2007, "Bootstrapping
 * clustered data"): sentences of one address are no independent ones.
 *
 * Seeds are too few to be drawn with replacement: three of them have, drawn so, two thirds of the variance of a mean of
 * three. Seed s has the weight 1 / S + (z_s − z̄) / √(S (S − 1)) with standard normal z, which gives the mean over seeds
 * the variance that it has, their sample variance over S. That this is an estimate, too, is the part of `interval`.
 *
 * The stream depends on the numbers of groups and seeds alone: two arms over the same test split and the same seeds are
 * drawn alike, and the differences of their replicates are paired.
 * @param seeds statistics of each seed over the same rows, by name
 * @param groups group of every row; without it every row is its own
 * @returns asks for a statistic, a mean over seeds; of flags the share of the rows with one among all rows or those with
 * the flag `of`. A seed that has none stands at the mean of the others; NaN where all are without.
 * @throws RangeError when seeds have different numbers of rows
 */
export function bootstrap<F extends string>(
  seeds: readonly Readonly<Record<F, Statistic>>[],
  groups?: readonly string[],
  { resamples = RESAMPLES, under = RESAMPLES_UNDER, seed = 0 } = {},
): (name: F, of?: F) => Sample {
  const rows = numberedRows(seeds, groups)
  const weights = seedWeights(seeds.length, resamples, createRng(`bootstrap/${seed}/seeds`))
  const names = Object.keys(seeds[0] ?? {}) as F[]
  const flags = names.filter((name) => seeds[0]![name] instanceof Uint8Array)
  const others = names.filter((name) => !flags.includes(name))
  const tallied = tally(
    seeds.flatMap((of) => flags.map((name) => of[name] as Uint8Array)),
    rows,
  )
  const [once, drawn] = [sums(tallied, 1), sums(tallied, resamples)]
  once.add(new Uint8Array(rows.count).fill(1), 0)
  const told = weighted(
    seeds.flatMap((of) => others.map((name) => of[name] as Exclude<Statistic, Uint8Array>)),
    rows,
    Math.min(under, resamples),
  )
  resample(rows.count, resamples, seed, (times, r) => {
    drawn.add(times, r)
    if (others.length > 0 && r < under) told.add(times, r)
  })
  const shares = (columns: readonly Float64Array[], name: F, of?: F) =>
    seeds.map((_, s) => {
      const column = (flag: F) => columns[s * flags.length + flags.indexOf(flag)]!
      const among = of === undefined ? columns.at(-1)! : column(of)
      return column(name).map((having, r) => having / among[r]!)
    })
  return (name, of) => {
    const isFlag = flags.includes(name)
    const replicates = isFlag
      ? shares(drawn.out, name, of)
      : seeds.map((_, s) => told.out[s * others.length + others.indexOf(name)]!)
    const bySeed = isFlag
      ? shares(once.out, name, of).map((share) => share[0]!)
      : seeds.map((one) => valueOf(one[name]))
    return {
      value: mean(bySeed.filter((value) => !Number.isNaN(value))),
      bySeed,
      rows: meanOver(replicates),
      all: meanOver(replicates, weights),
      groups: rows.count,
    }
  }
}

/** The groups of all rows. @throws RangeError when there are not as many flags, or names of groups, as rows */
function numberedRows(seeds: readonly Readonly<Record<string, Statistic>>[], groups?: readonly string[]): Numbered {
  const lengths = seeds.flatMap((seed) =>
    Object.values(seed).flatMap((of) => (typeof of === 'function' ? [] : [of.length])),
  )
  const n = lengths[0] ?? groups?.length ?? 0
  for (const length of groups ? [...lengths, groups.length] : lengths)
    if (length !== n) throw new RangeError(`expected ${n} rows, got ${length}`)
  return numbered(groups ?? Array.from({ length: n }, (_, i) => `${i}`))
}

/** By how much the weight of every seed differs from 1 / S in each resample; they add up to 0. */
function seedWeights(seeds: number, resamples: number, rng: Rng): Float64Array[] {
  const out = Array.from({ length: seeds }, () => new Float64Array(resamples))
  const scale = 1 / Math.sqrt(seeds * Math.max(1, seeds - 1))
  const z = new Float64Array(seeds)
  for (let r = 0; r < resamples; r++) {
    for (let s = 0; s < seeds; s++) z[s] = rng.normal()
    const centre = mean(z)
    for (let s = 0; s < seeds; s++) out[s]![r] = (z[s]! - centre) * scale
  }
  return out
}

/** Mean over the seeds in each resample; with weights that differ. */
function meanOver(shares: readonly Float64Array[], weights?: readonly Float64Array[]): Float64Array {
  return Float64Array.from({ length: shares[0]?.length ?? 0 }, (_, r) => {
    let [sum, defined] = [0, 0]
    for (const share of shares) {
      if (Number.isNaN(share[r])) continue
      sum += share[r]!
      defined++
    }
    const plain = sum / defined
    if (!weights) return plain
    let moved = plain
    for (let s = 0; s < shares.length; s++) {
      const x = shares[s]![r]!
      if (!Number.isNaN(x)) moved += weights[s]![r]! * (x - plain)
    }
    return moved
  })
}
