import { refuse } from '../../checkpoints/errors'
import type { Vocabulary } from './model'

/** By the key of two ids: the place in the list of merges and the id that they become. */
export type Merges = ReadonlyMap<number, { rank: number; id: number }>

const keyOf = (left: number, right: number) => left * 2 ** 26 + right

/**
 * @param list pairs of tokens, or texts with a blank between the two; of a pair that stands twice the last counts
 * @param prefix what a token that continues a word begins with, and loses when it is merged
 * @param where file and path of the model, for messages
 * @throws CheckpointError naming the merge
 */
export function mergesOf(list: readonly unknown[], prefix: string, vocabulary: Vocabulary, where: string): Merges {
  const merges = new Map<number, { rank: number; id: number }>()
  const rows = list.filter((row) => typeof row !== 'string' || !row.startsWith('#version'))
  rows.forEach((row, rank) => {
    const at = `${where}.merges[${rank}]`
    const pair: readonly unknown[] = typeof row === 'string' ? row.split(' ') : Array.isArray(row) ? row : []
    const [left, right] = pair
    if (pair.length !== 2 || typeof left !== 'string' || typeof right !== 'string' || !right.startsWith(prefix))
      return refuse(at, `two tokens${prefix ? `, the second with ${JSON.stringify(prefix)} before it` : ''}`, row)
    const ids = [left, right, left + right.slice(prefix.length)].map(
      (token) => vocabulary.get(token) ?? refuse(at, 'tokens of the vocabulary', JSON.stringify(token)),
    )
    merges.set(keyOf(ids[0]!, ids[1]!), { rank, id: ids[2]! })
  })
  return merges
}

/** Merges the pair of the lowest rank, the leftmost of several, until none is left: a heap, so n log n. */
export function merged(ids: number[], merges: Merges): readonly number[] {
  if (ids.length < 2) return ids
  const word = new Word(ids, merges)
  word.mergeAll()
  return word.ids()
}

/** Ids in a list that is linked both ways, and a heap of the merges to come. */
class Word {
  private readonly next: Int32Array
  private readonly last: Int32Array
  private readonly isGone: Uint8Array
  private readonly heap: { rank: number; at: number; id: number }[] = []

  constructor(
    private readonly at: number[],
    private readonly merges: Merges,
  ) {
    const n = at.length
    this.next = Int32Array.from(at, (_, i) => (i + 1 < n ? i + 1 : -1))
    this.last = Int32Array.from(at, (_, i) => i - 1)
    this.isGone = new Uint8Array(n)
    for (let i = 0; i + 1 < n; i++) this.offer(i)
  }

  mergeAll(): void {
    for (let top = this.pop(); top; top = this.pop()) {
      const right = this.next[top.at]!
      if (this.isGone[top.at] || right < 0) continue
      // One side may have been merged since.
      if (this.merges.get(keyOf(this.at[top.at]!, this.at[right]!))?.id !== top.id) continue
      this.at[top.at] = top.id
      this.isGone[right] = 1
      this.next[top.at] = this.next[right]!
      if (this.next[right]! >= 0) this.last[this.next[right]!] = top.at
      if (this.last[top.at]! >= 0) this.offer(this.last[top.at]!)
      this.offer(top.at)
    }
  }

  ids(): number[] {
    return this.at.filter((_, i) => !this.isGone[i])
  }

  /** Puts the merge of the id at `at` with the one behind it into the heap, if there is one. */
  private offer(at: number): void {
    const right = this.next[at]!
    const merge = right < 0 ? undefined : this.merges.get(keyOf(this.at[at]!, this.at[right]!))
    if (!merge) return
    const { heap } = this
    let i = heap.push({ rank: merge.rank, at, id: merge.id }) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!this.isBefore(i, parent)) return
      this.swap(i, parent)
      i = parent
    }
  }

  private pop() {
    const { heap } = this
    const top = heap[0]
    const end = heap.pop()
    if (!top || !end || heap.length === 0) return top
    heap[0] = end
    for (let i = 0; ;) {
      const [left, right] = [2 * i + 1, 2 * i + 2]
      let least = i
      if (left < heap.length && this.isBefore(left, least)) least = left
      if (right < heap.length && this.isBefore(right, least)) least = right
      if (least === i) return top
      this.swap(i, least)
      i = least
    }
  }

  private isBefore(i: number, j: number): boolean {
    const [a, b] = [this.heap[i]!, this.heap[j]!]
    return a.rank !== b.rank ? a.rank < b.rank : a.at < b.at
  }

  private swap(i: number, j: number): void {
    const held = this.heap[i]!
    this.heap[i] = this.heap[j]!
    this.heap[j] = held
  }
}
