import type { Times } from './draws'
import type { Numbered } from './groups'

/**
 * Groups of rows as what they add to a resample: of each seed the rows with each flag, and last their number of rows.
 * Several such columns are digits of one number, in a base that no sum of them reaches: so a resample is few additions.
 */
export interface Tally {
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

/** @param flags one entry a row each, 1 or 0 */
export function tally(flags: readonly Uint8Array[], { of, count }: Numbered): Tally {
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
    for (let i = 0; i < of.length; i++) sums[of[i]! * words + word]! += c < flags.length ? unit * flags[c]![i]! : unit
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

/** Sums of the columns over resamples, one after another. */
export function sums({ kinds, adds, words, columns, digits, bits }: Tally, resamples: number) {
  const out = Array.from({ length: columns }, () => new Float64Array(resamples))
  const drawn = new Int32Array(adds.length / words)
  const packed = new Float64Array(words)
  const base = 2 ** bits
  return {
    out,
    /** @param times how often each group was drawn in the resample */
    add(times: Times, resample: number) {
      drawn.fill(0)
      for (let g = 0; g < kinds.length; g++) drawn[kinds[g]!]! += times[g]!
      packed.fill(0)
      for (let k = 0, at = 0; k < drawn.length; k++, at += words) {
        const n = drawn[k]!
        if (n > 0) for (let w = 0; w < words; w++) packed[w]! += n * adds[at + w]!
      }
      for (let c = 0; c < columns; c++) {
        const word = Math.floor(c / digits)
        const rest = Math.floor(packed[word]! / base)
        out[c]![resample] = packed[word]! - rest * base
        packed[word] = rest
      }
    },
  }
}
