import type { Columns } from '../curves'
import { deviation, mean, studentQuantile } from '../maths/statistics'

/** That a loss stands still, and the numbers by which it is said. */
export interface Plateau {
  /** Steps: the earlier stretch is from `from` to before `middle`, the later one from there to `to`. */
  from: number
  middle: number
  to: number
  /** Means of both. */
  earlier: number
  later: number
  /** 95 % interval of later − earlier. */
  low: number
  high: number
  /** By how much the loss had fallen before: mean of the first twentieth of points minus `later`. */
  fallen: number
}

/** Fewer points say nothing. */
const LEAST = 400
/** Pieces of a stretch, whose means the interval is made from: single batches are too many and too noisy. */
const PIECES = 10
/** Of what had been learnt: within so much of it, up or down, a loss stands still. */
export const STILL = 0.02

/**
 * Whether a loss stands still over the last half of its points: cut into two stretches, the 95 % interval of the difference
 * of their means (Welch's t over the means of 10 pieces each) lies wholly within ± 2 % of what the loss had fallen before.
 * That it may still fall is thus excluded, not merely unproven. Null where it is not so, or the loss never fell.
 * @param loss of training batches, every step; none of it may be no number
 */
export function plateau({ step, value }: Columns): Plateau | null {
  const n = value.length
  if (n < LEAST || !value.every(Number.isFinite)) return null
  const [from, middle] = [Math.floor(n / 2), Math.floor((3 * n) / 4)]
  const pieces = [piecesOf(value.slice(from, middle)), piecesOf(value.slice(middle))] as const
  const [earlier, later] = [mean(pieces[0]), mean(pieces[1])]
  const fallen = mean(value.slice(0, Math.floor(n / 20))) - later
  const half = halfWidth(pieces)
  const [low, high] = [later - earlier - half, later - earlier + half]
  if (fallen <= 0 || low < -STILL * fallen || high > STILL * fallen) return null
  return { from: step[from]!, middle: step[middle]!, to: step[n - 1]!, earlier, later, low, high, fallen }
}

function piecesOf(values: readonly number[]): number[] {
  const end = (i: number) => Math.round((i * values.length) / PIECES)
  return Array.from({ length: PIECES }, (_, i) => mean(values.slice(end(i), end(i + 1))))
}

/** Of Welch's 95 % interval of a difference of means. */
function halfWidth(samples: readonly (readonly number[])[]): number {
  const errors = samples.map((sample) => deviation(sample) ** 2 / sample.length)
  const sum = errors.reduce((a, b) => a + b)
  if (sum === 0) return 0
  const freedom = sum ** 2 / errors.reduce((all, e, i) => all + e ** 2 / (samples[i]!.length - 1), 0)
  return studentQuantile(0.05, freedom) * Math.sqrt(sum)
}
