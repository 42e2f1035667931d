import { deviation, mean, studentQuantile } from '../maths/statistics'
import type { Columns, Grouped, Summary } from './curve'

/**
 * All of the curves as one, point by point of equal step; nothing is drawn between the points of a curve, so where their
 * steps differ `n` says how many a point is of. Where one of them is not a number, neither is the point.
 */
export function grouped(curves: readonly Columns[], summary: Summary): Grouped {
  const out: Grouped = { step: [], value: [], n: [], low: [], high: [] }
  const at = curves.map(() => 0)
  for (;;) {
    const step = curves.reduce((least, curve, i) => Math.min(least, curve.step[at[i]!] ?? Infinity), Infinity)
    if (step === Infinity) return out
    const values: number[] = []
    for (const [i, curve] of curves.entries()) if (curve.step[at[i]!] === step) values.push(curve.value[at[i]!++]!)
    const { value, low, high } = summarised(values, summary)
    out.step.push(step)
    out.value.push(value)
    out.n.push(values.length)
    out.low.push(low)
    out.high.push(high)
  }
}

/**
 * Trainings that a band needs. Student's t of two is 12.7 (of three 4.3): an interval that is wider than what can be
 * says nothing.
 */
const FEWEST: Record<Summary, number> = { 'mean-t': 3, 'mean-range': 2, 'median-range': 2 }

function summarised(values: readonly number[], summary: Summary): { value: number; low: number; high: number } {
  if (values.some((v) => !Number.isFinite(v))) return { value: NaN, low: NaN, high: NaN }
  const value = summary === 'median-range' ? middle(values) : mean(values)
  if (values.length < FEWEST[summary]) return { value, low: NaN, high: NaN }
  if (summary !== 'mean-t') return { value, low: Math.min(...values), high: Math.max(...values) }
  const half = (quantileOf(values.length - 1) * deviation(values)) / Math.sqrt(values.length)
  return { value, low: value - half, high: value + half }
}

/** The median as it is taught: between the middle pair of an even number. */
function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2
}

const known = new Map<number, number>()
/** Of Student's t for a 95 % interval: asked for at every point, and slow to find. */
function quantileOf(freedom: number): number {
  const found = known.get(freedom) ?? studentQuantile(0.05, freedom)
  known.set(freedom, found)
  return found
}
