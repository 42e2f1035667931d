import { createRng, type Rng } from '../maths/rng'
import { mean } from '../maths/statistics'
import { numbered } from './groups'
import type { Sample } from './sample'

/** Resamples of every interval: with a tenth of them an end is off by up to .8 where a gap is small. */
const RESAMPLES = 10_000

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
 * @param seeds flags of each seed over the same rows
 * @param groups group of every row; without it every row is its own
 * @returns asks for the share of the rows with a flag, among all rows or those with `of`, a mean over seeds. A seed
 * without such rows stands at the mean of the others; NaN where all are without.
 * @throws RangeError when seeds have different numbers of rows
 */
export function bootstrap<F extends string>(
  seeds: readonly Flags<F>[],
  groups?: readonly string[],
  { resamples = RESAMPLES, seed = 0 } = {},
): (flag: F, of?: F) => Sample {
  const names = Object.keys(seeds[0] ?? {}) as F[]
  const tallied = tally(seeds, names, groups)
  const asTheyAre = sumsOf(tallied, 1, whole(tallied))
  const drawn = sumsOf(tallied, resamples, random(tallied, createRng(`bootstrap/${seed}`)))
  const weights = seedWeights(seeds.length, resamples, createRng(`bootstrap/${seed}/seeds`))
  return (flag, of) => {
    const sharesOf = (sums: readonly Float64Array[]) =>
      seeds.map((_, s) => {
        const column = (name: F) => sums[s * names.length + names.indexOf(name)]!
        const among = of === undefined ? sums.at(-1)! : column(of)
        return column(flag).map((having, r) => having / among[r]!)
      })
    const shares = sharesOf(drawn)
    const bySeed = sharesOf(asTheyAre).map((share) => share[0]!)
    return {
      value: mean(bySeed.filter((share) => !Number.isNaN(share))),
      bySeed,
      rows: meanOver(shares),
      all: meanOver(shares, weights),
      groups: tallied.kinds.length,
    }
  }
}

/**
 * Groups of rows as what they add to a resample: of each seed the rows with each flag, and last their number of rows.
 * Several such columns are digits of one number, in a base that no sum of them reaches: so a resample is few additions.
 */
interface Tally {
  /** Of every group its kind: groups that add the same are of one kind, and single rows are of few. */
  kinds: Int32Array
  /** What a group of each kind adds, [kinds, words]. */
  adds: Float64Array
  words: number
  columns: number
  /** Columns in a word, and bits of each. */
  digits: number
  bits: number
}

/** Bits of a whole number that a double keeps exactly. */
const EXACT = 53

function tally<F extends string>(seeds: readonly Flags<F>[], names: F[], groups?: readonly string[]): Tally {
  const flags = seeds.flatMap((seed) => names.map((name) => seed[name]))
  const n = flags[0]?.length ?? 0
  for (const { length } of groups ? [...flags, groups] : flags)
    if (length !== n) throw new RangeError(`expected ${n} rows, got ${length}`)
  const { of, count } = groups ? numbered(groups) : { of: Int32Array.from({ length: n }, (_, i) => i), count: n }
  const sizes = new Int32Array(count)
  for (const group of of) sizes[group]!++
  // A resample may draw the largest group every time.
  const bits = Math.ceil(Math.log2(1 + count * sizes.reduce((most, size) => Math.max(most, size), 1)))
  const digits = Math.max(1, Math.floor(EXACT / bits))
  const columns = flags.length + 1
  const words = Math.ceil(columns / digits)
  const sums = new Float64Array(count * words)
  for (let c = 0; c < columns; c++) {
    const [word, unit] = [Math.floor(c / digits), 2 ** (bits * (c % digits))]
    for (let i = 0; i < n; i++) sums[of[i]! * words + word]! += c < flags.length ? unit * flags[c]![i]! : unit
  }
  const numbers = new Map<string, number>()
  const adds: number[] = []
  const kinds = Int32Array.from({ length: count }, (_, group) => {
    const added = sums.subarray(group * words, (group + 1) * words)
    const name = added.join()
    const known = numbers.get(name)
    if (known !== undefined) return known
    adds.push(...added)
    numbers.set(name, numbers.size)
    return numbers.size - 1
  })
  return { kinds, adds: Float64Array.from(adds), words, columns, digits, bits }
}

/** Of every column its sum over draws of groups: `draw` counts how often each kind was drawn. */
function sumsOf(tallied: Tally, resamples: number, draw: (drawn: Int32Array) => void): Float64Array[] {
  const { adds, words, columns, digits, bits } = tallied
  const out = Array.from({ length: columns }, () => new Float64Array(resamples))
  const drawn = new Int32Array(adds.length / words)
  const sums = new Float64Array(words)
  const base = 2 ** bits
  for (let r = 0; r < resamples; r++) {
    drawn.fill(0)
    draw(drawn)
    sums.fill(0)
    for (let k = 0, at = 0; k < drawn.length; k++, at += words) {
      const times = drawn[k]!
      if (times > 0) for (let w = 0; w < words; w++) sums[w]! += times * adds[at + w]!
    }
    for (let c = 0; c < columns; c++) {
      const word = Math.floor(c / digits)
      const rest = Math.floor(sums[word]! / base)
      out[c]![r] = sums[word]! - rest * base
      sums[word] = rest
    }
  }
  return out
}

/** Every group once. */
const whole =
  ({ kinds }: Tally) =>
  (drawn: Int32Array) => {
    for (const kind of kinds) drawn[kind]!++
  }

/** As many groups as there are, drawn with replacement. */
function random({ kinds }: Tally, rng: Rng): (drawn: Int32Array) => void {
  const groups = new Int32Array(kinds.length)
  return (drawn) => {
    rng.ints(groups.length, groups)
    for (let g = 0; g < groups.length; g++) drawn[kinds[groups[g]!]!]!++
  }
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
