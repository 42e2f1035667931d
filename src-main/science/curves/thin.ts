/**
 * Which points of a curve are kept when it is drawn with `count` equal stretches of steps: of each the first and the last,
 * the lowest and the highest of every column, and the first that is not a number. All of them where that would not be fewer.
 * @param step ascending
 * @param columns of the same length
 */
export function kept(step: readonly number[], columns: readonly (readonly number[])[], count: number) {
  const n = step.length
  const all = { index: Array.from({ length: n }, (_, i) => i), bucket: 1 }
  if (n <= 4 * count) return all
  const [low, high] = [step[0]!, step[n - 1]!]
  const bucket = Math.ceil((high - low + 1) / count)
  const index: number[] = []
  for (let start = 0; start < n;) {
    const border = low + (Math.floor((step[start]! - low) / bucket) + 1) * bucket
    let end = start
    while (end < n && step[end]! < border) end++
    index.push(...extremes(columns, start, end))
    start = end
  }
  return { index, bucket }
}

/** Of [start, end), ascending, each once. */
function extremes(columns: readonly (readonly number[])[], start: number, end: number): number[] {
  const found = new Set([start, end - 1])
  for (const column of columns) {
    let low = -1
    let high = -1
    let gap = -1
    for (let i = start; i < end; i++) {
      const value = column[i]!
      if (Number.isNaN(value)) gap = gap < 0 ? i : gap
      else {
        if (low < 0 || value < column[low]!) low = i
        if (high < 0 || value > column[high]!) high = i
      }
    }
    for (const i of [low, high, gap]) if (i >= 0) found.add(i)
  }
  return [...found].sort((a, b) => a - b)
}

/** First and last + 1 of the points from `from` to `to`, and of one neighbour to each side, so that a line leaves the picture. */
export function within(step: readonly number[], from: number, to: number): [number, number] {
  const first = step.findIndex((at) => at >= from)
  const last = step.findLastIndex((at) => at <= to)
  if (step.length === 0) return [0, 0]
  return [Math.max(0, (first < 0 ? step.length : first) - 1), Math.min(step.length, last + 2)]
}
