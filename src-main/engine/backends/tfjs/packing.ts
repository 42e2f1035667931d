import type { TokenBatch } from '../learner'

/** Examples padded at their ends to one length: rows [start + i · length, .. + lengths[i]) are the tokens of the i-th. */
export interface Bucket {
  /** Their places in the batch. */
  examples: number[]
  lengths: number[]
  length: number
  start: number
}

/** What goes through a net at a time: a matrix with the rows of all its buckets. */
export interface Part {
  buckets: Bucket[]
  rows: number
  /** The buckets' examples one after another, then those without tokens (`empty` of them). */
  examples: number[]
  empty: number
}

export interface PackingLimits {
  /** What a bucket costs beside its rows, in rows: the more, the fewer buckets and the more padding. */
  bucketRows: number
  /** Work of a row of an example of that length, relative to that of one alone. */
  rowCost: (length: number) => number
  /** Memory of an example of that length, and how much of it a part may take. */
  sizeOf: (length: number) => number
  size: number
}

/** The whole batch in parts, in an order of their own: examples of like length together, so that little is padding. */
export function packParts({ n, offsets }: TokenBatch, limits: PackingLimits): Part[] {
  const lengths = Array.from({ length: n }, (_, i) => offsets[i + 1]! - offsets[i]!)
  const within = (over: number, upTo: number) =>
    [...lengths.keys()].filter((i) => lengths[i]! > over && lengths[i]! <= upTo)
  const parts: Part[] = []
  let left = 0
  for (const { over, upTo } of bucketsOf(lengths, limits)) {
    const own = within(over, upTo)
    const size = limits.sizeOf(upTo)
    for (let from = 0; from < own.length;) {
      if (parts.length === 0 || left < size) {
        parts.push(emptyPart())
        left = limits.size
      }
      const examples = own.slice(from, from + Math.max(1, Math.floor(left / size)))
      from += examples.length
      left -= examples.length * size
      put(parts.at(-1)!, { examples, lengths: examples.map((i) => lengths[i]!), length: upTo })
    }
  }
  const empty = within(-1, 0)
  if (empty.length > 0) {
    if (parts.length === 0) parts.push(emptyPart())
    parts[0]!.examples.push(...empty)
    parts[0]!.empty = empty.length
  }
  return parts
}

const emptyPart = (): Part => ({ buckets: [], rows: 0, examples: [], empty: 0 })

function put(part: Part, bucket: Omit<Bucket, 'start'>): void {
  part.buckets.push({ ...bucket, start: part.rows })
  part.rows += bucket.examples.length * bucket.length
  part.examples.push(...bucket.examples)
}

/**
 * The cheapest way to cut the lengths into buckets, each padded to its longest, by dynamic programming over the cuts. The
 * longest come first, so that a part too small for them shows at once. None for examples without tokens.
 */
function bucketsOf(lengths: number[], { bucketRows, rowCost }: PackingLimits): { over: number; upTo: number }[] {
  const distinct = [...new Set(lengths.filter((length) => length > 0))].sort((a, b) => a - b)
  const upTo = distinct.map((length) => lengths.filter((l) => l > 0 && l <= length).length)
  const best: { cost: number; from: number }[] = [{ cost: 0, from: 0 }]
  distinct.forEach((length, last) => {
    let found = { cost: Infinity, from: 0 }
    for (let from = 0; from <= last; from++) {
      const count = upTo[last]! - (from > 0 ? upTo[from - 1]! : 0)
      const cost = best[from]!.cost + bucketRows + count * length * rowCost(length)
      if (cost < found.cost) found = { cost, from }
    }
    best.push(found)
  })
  const buckets: { over: number; upTo: number }[] = []
  for (let end = distinct.length; end > 0; end = best[end]!.from)
    buckets.push({ over: distinct[best[end]!.from - 1] ?? 0, upTo: distinct[end - 1]! })
  return buckets
}
