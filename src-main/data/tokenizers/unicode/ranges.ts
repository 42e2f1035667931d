/** Code points as the edges of ranges, ascending: in from the first, out from the second, in from the third. */
export type Ranges = readonly number[]

const END = 0x110000

export function rangeOf(from: number, to = from): Ranges {
  return [from, to + 1]
}

/** Every code point that is not in `ranges`. */
export function complement(ranges: Ranges): Ranges {
  const turned = ranges[0] === 0 ? ranges.slice(1) : [0, ...ranges]
  return turned.at(-1) === END ? turned.slice(0, -1) : [...turned, END]
}

export function union(parts: readonly Ranges[]): Ranges {
  const edges = parts.flatMap((ranges) => ranges.map((at, i) => ({ at, step: i % 2 === 0 ? 1 : -1 })))
  // Where one ends as another begins, beginning first keeps them one range.
  edges.sort((a, b) => a.at - b.at || b.step - a.step)
  const united: number[] = []
  let depth = 0
  for (const { at, step } of edges) {
    if (depth === 0 || depth + step === 0) united.push(at)
    depth += step
  }
  return united
}

/** A test of code points: one step below 128, a binary search of the ranges above. */
export function testOf(ranges: Ranges): (point: number) => boolean {
  const edges = Int32Array.from(ranges)
  const inside = (point: number) => {
    let low = 0
    let high = edges.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (edges[middle]! <= point) low = middle + 1
      else high = middle
    }
    return low % 2 === 1
  }
  const ascii = Array.from({ length: 128 }, (_, point) => inside(point))
  return (point) => (point < 128 ? ascii[point]! : inside(point))
}
