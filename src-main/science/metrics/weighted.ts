import type { Times } from './draws'
import type { Numbered } from './groups'
import type { Statistic, Under } from './statistic'

/**
 * What is told of resamples that are added one after another. A mean over rows is told of sums over groups, which are few
 * additions where groups are few.
 */
export function weighted(all: readonly Exclude<Statistic, Uint8Array>[], rows: Numbered, resamples: number) {
  const { of, count } = rows
  const out = all.map(() => new Float64Array(resamples))
  const sizes = sumsOver(new Float64Array(of.length).fill(1), rows)
  const [means, others] = [indicesOf(all, false), indicesOf(all, true)]
  const sums = means.map((k) => sumsOver(all[k] as Float64Array, rows))
  const ofGroups = new Float64Array(count)
  // Where every row is a group, a row's number is its group's.
  const ofRows = count === of.length ? ofGroups : new Float64Array(of.length)
  return {
    out,
    /** @param times how often each group was drawn in the resample */
    add(times: Times, resample: number) {
      ofGroups.set(times)
      const among = product(ofGroups, sizes)
      means.forEach((k, m) => (out[k]![resample] = product(ofGroups, sums[m]!) / among))
      if (others.length === 0) return
      if (ofRows !== ofGroups) for (let i = 0; i < of.length; i++) ofRows[i] = ofGroups[of[i]!]!
      for (const k of others) out[k]![resample] = (all[k] as Under)(ofRows)
    },
  }
}

/** Which of them are functions, or are not. */
const indicesOf = (all: readonly unknown[], functions: boolean) =>
  all.flatMap((one, k) => ((typeof one === 'function') === functions ? [k] : []))

/** The sum over the rows of every group. */
function sumsOver(values: Float64Array, { of, count }: Numbered): Float64Array {
  const out = new Float64Array(count)
  for (let i = 0; i < of.length; i++) out[of[i]!]! += values[i]!
  return out
}

/** The scalar product, in four sums at once: one alone waits for its last addition. */
function product(a: Float64Array, b: Float64Array): number {
  let w = 0
  let x = 0
  let y = 0
  let z = 0
  const whole = a.length - (a.length % 4)
  for (let i = 0; i < whole; i += 4) {
    w += a[i]! * b[i]!
    x += a[i + 1]! * b[i + 1]!
    y += a[i + 2]! * b[i + 2]!
    z += a[i + 3]! * b[i + 3]!
  }
  for (let i = whole; i < a.length; i++) w += a[i]! * b[i]!
  return w + x + (y + z)
}
