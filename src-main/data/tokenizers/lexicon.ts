/**
 * Texts that are looked up at places of another: the longest that stands there. Costs at each place the lengths that occur,
 * so at most the size of what is looked up.
 */
export class Lexicon {
  private readonly entries = new Map<string, number>()
  /** By first UTF-16 unit, the longest first. */
  private readonly lengths = new Map<number, number[]>()

  /** @param entries texts and what they stand for; empty ones are never found */
  constructor(entries: Iterable<readonly [text: string, id: number]>) {
    const found = new Map<number, Set<number>>()
    for (const [text, id] of entries) {
      if (text === '') continue
      this.entries.set(text, id)
      const unit = text.charCodeAt(0)
      const lengths = found.get(unit)
      if (lengths) lengths.add(text.length)
      else found.set(unit, new Set([text.length]))
    }
    for (const [unit, lengths] of found)
      this.lengths.set(
        unit,
        [...lengths].sort((a, b) => b - a),
      )
  }

  get size(): number {
    return this.entries.size
  }

  /** The longest entry that `text` has at `at`. */
  longestAt(text: string, at: number): { id: number; length: number } | undefined {
    for (const length of this.lengths.get(text.charCodeAt(at)) ?? []) {
      if (at + length > text.length) continue
      const id = this.entries.get(text.slice(at, at + length))
      if (id !== undefined) return { id, length }
    }
    return undefined
  }
}
