// Stretches of an axis. Pure.
export interface Stretch {
  from: number
  to: number
}

/** From 0 to where the longest curve ends. */
export function wholeOf(curves: readonly { x: readonly number[] }[]): Stretch {
  const ends = curves.map(({ x }) => x[x.length - 1] ?? 0)
  return { from: 0, to: ends.reduce((a, b) => Math.max(a, b), 0) || 1 }
}

/** The stretch by a factor shorter (less than 1) or longer around a place, within the whole; null where it is the whole. */
export function zoomed(now: Stretch, whole: Stretch, factor: number, around: number): Stretch | null {
  const least = (whole.to - whole.from) * 1e-6
  const length = Math.max(least, (now.to - now.from) * factor)
  if (length >= whole.to - whole.from) return null
  const share = (around - now.from) / (now.to - now.from)
  const from = Math.min(Math.max(whole.from, around - share * length), whole.to - length)
  return { from, to: from + length }
}
