// Curves as columns, made ready to be drawn. Pure.

export interface Columns {
  step: readonly number[]
  value: readonly number[]
}
export interface Point {
  x: number
  y: number
}

/** Columns as points for Chart.js; what is not a finite number leaves a gap. */
export function pointsOf({ step, value }: Columns): Point[] {
  return step.map((x, i) => ({ x, y: Number.isFinite(value[i]) ? value[i]! : Number.NaN }))
}

/** What is no finite number has no height: a point for each of them, where its neighbour before stands, or else the first. */
export function gapsOf({ step, value }: Columns): Point[] {
  const first = value.find((v) => Number.isFinite(v)) ?? 0
  let before = first
  return value.flatMap((v, i) => {
    if (!Number.isFinite(v)) return [{ x: step[i]!, y: before }]
    before = v
    return []
  })
}

/**
 * At most `5 · buckets` points that keep every spike: first, lowest, highest and last point of each of `buckets` equal
 * stretches of steps, and the first that is no finite number. A curve that is short enough comes back as it is.
 */
export function bucketed(curve: Columns, buckets: number): Columns {
  const n = curve.step.length
  if (n <= 4 * buckets) return curve
  const first = curve.step[0]!
  const width = (curve.step[n - 1]! - first) / buckets || 1
  const kept: number[] = []
  let start = 0
  for (let b = 0; b < buckets && start < n; b++) {
    let end = start
    const border = b === buckets - 1 ? Infinity : first + (b + 1) * width
    while (end < n && curve.step[end]! < border) end++
    if (end > start) kept.push(...extremes(curve.value, start, end))
    start = end
  }
  return { step: kept.map((i) => curve.step[i]!), value: kept.map((i) => curve.value[i]!) }
}

/** Indices of first, lowest, highest, last and the first that is no finite number of [start, end), ascending, each once. */
function extremes(value: readonly number[], start: number, end: number): number[] {
  let [low, high, gap] = [-1, -1, -1]
  for (let i = start; i < end; i++) {
    if (!Number.isFinite(value[i])) gap = gap < 0 ? i : gap
    else {
      if (low < 0 || value[i]! < value[low]!) low = i
      if (high < 0 || value[i]! > value[high]!) high = i
    }
  }
  return [...new Set([start, low, high, gap, end - 1])].filter((i) => i >= 0).sort((a, b) => a - b)
}

/** An axis: ends and ticks on round numbers, and the decimals that tell the ticks apart. */
export interface NiceRange {
  min: number
  max: number
  step: number
  digits: number
}

/**
 * A range that holds all values with a little room, its ends on multiples of a round `step`, so that an axis can say it.
 * @param bounds never left, e.g. [0, 1] for shares
 */
export function niceRange(values: readonly number[], bounds: readonly [number, number], ticks = 8): NiceRange {
  const finite = values.filter((v) => Number.isFinite(v))
  if (finite.length === 0)
    return { min: bounds[0], max: Number.isFinite(bounds[1]) ? bounds[1] : 1, step: 0.25, digits: 2 }
  const low = finite.reduce((a, b) => Math.min(a, b))
  const high = finite.reduce((a, b) => Math.max(a, b))
  // An axis closer than this would make a difference of nothing.
  const least = Number.isFinite(bounds[1] - bounds[0]) ? 1 : Math.abs(high) || 1
  const span = Math.max(high - low, 0.02 * least)
  const power = 10 ** Math.floor(Math.log10(span / ticks))
  const step = [1, 2, 5, 10].map((s) => s * power).find((s) => span / s <= ticks) ?? 10 * power
  const round = (v: number) => Number(v.toPrecision(12))
  return {
    min: Math.max(bounds[0], round(Math.floor((low - span * 0.04) / step) * step)),
    max: Math.min(bounds[1], round(Math.ceil((high + span * 0.04) / step) * step)),
    step: round(step),
    digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)),
  }
}

/** An SVG path of a curve scaled into `width` × `height`; '' when there is less than two points. */
export function sparkline(curve: Columns, width: number, height: number): string {
  const points = pointsOf(bucketed(curve, width)).filter((p) => Number.isFinite(p.y))
  if (points.length < 2) return ''
  const xs = points.map((p) => p.x)
  const ys = points.map((p) => p.y)
  const place = (v: number, from: number, to: number, size: number) => ((v - from) / (to - from || 1)) * size
  const [x0, x1] = [xs[0]!, xs[xs.length - 1]!]
  const [y0, y1] = [ys.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.max(a, b))]
  return points
    .map(
      (p, i) =>
        `${i ? 'L' : 'M'}${place(p.x, x0, x1, width).toFixed(1)},${(height - place(p.y, y0, y1, height)).toFixed(1)}`,
    )
    .join('')
}
