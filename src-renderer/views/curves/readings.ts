// What stands under the crosshair. Pure.
import type { GroupCurve } from '../../lib/types'

/** One curve at a place. */
export interface Reading {
  curve: GroupCurve
  /** Of the point that is read: the nearest that is drawn. */
  index: number
}

/** The point of ascending places that is nearest to `at`; −1 where there is none. */
export function nearest(places: readonly number[], at: number): number {
  if (places.length === 0) return -1
  let [low, high] = [0, places.length - 1]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (places[middle]! < at) low = middle
    else high = middle
  }
  return Math.abs(places[low]! - at) <= Math.abs(places[high]! - at) ? low : high
}

/** Every curve at its point nearest to `at`; a curve that has ended well before, or begins after, is not read. */
export function readingsAt(curves: readonly GroupCurve[], at: number): Reading[] {
  return curves.flatMap((curve) => {
    const index = nearest(curve.x, at)
    if (index < 0) return []
    const { x } = curve
    const apart = x.length > 1 ? (x[x.length - 1]! - x[0]!) / (x.length - 1) : Infinity
    const outside = at < x[0]! - apart || at > x[x.length - 1]! + apart
    return outside ? [] : [{ curve, index }]
  })
}

/**
 * The places that a crosshair walks by: those of the evaluations, which are few and shared; of curves without any, all
 * that are drawn. Ascending.
 */
export function stopsOf(curves: readonly GroupCurve[]): number[] {
  const evaluated = curves.filter(({ split }) => split !== '')
  const places = (evaluated.length > 0 ? evaluated : curves).flatMap(({ x }) => x)
  return [...new Set(places)].sort((a, b) => a - b)
}

/** The next of the places to the right (`by` 1) or left (−1) of one, within the stretch; at its end the last there. */
export function walked(
  places: readonly number[],
  at: number,
  by: 1 | -1,
  [from, to]: readonly [number, number],
): number {
  const inside = places.filter((place) => place >= from && place <= to)
  const next = by > 0 ? inside.find((place) => place > at) : inside.findLast((place) => place < at)
  return next ?? inside.at(by > 0 ? -1 : 0) ?? at
}
