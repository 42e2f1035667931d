import { Heap } from './heap'

/** What training gives: tokens by id, and the merges in the order in which they are made. */
export interface BpeVocabulary {
  tokens: string[]
  merges: [string, string][]
}

export interface BpeRequest {
  /** Words in letters of the alphabet, with how often each occurs. */
  words: ReadonlyMap<string, number>
  /** Letters that get a token whether they occur or not; of the words no others may occur. */
  alphabet: readonly string[]
  /** Tokens of their own, in front of all others. */
  special: readonly string[]
  /** Number of tokens to come to. */
  size: number
}

/** A pair of tokens that may become one, with how often it stood when that was last looked up. */
interface Candidate {
  left: number
  right: number
  count: number
  /** The words in which it came to be. */
  at: Set<number>
}

/** Ids are below 2^21, so a pair is one number. */
const PAIR = 2 ** 21
const pairOf = (left: number, right: number) => left * PAIR + right

/** The more frequent pair first; of equals the one of lower ids. */
const precedes = (a: Candidate, b: Candidate) =>
  a.count !== b.count ? a.count > b.count : a.left !== b.left ? a.left < b.left : a.right < b.right

/**
 * Byte pair encoding (Sennrich et al. 2016, arXiv 1508.07909): the most frequent pair of neighbours becomes a token until
 * there are enough. Pure; the same words give the same merges, in whatever order they come: those of `BpeTrainer` of
 * Hugging Face's tokenizers.
 */
export function trainBpe({ words, alphabet, special, size }: BpeRequest): BpeVocabulary {
  const letters = [...alphabet].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!)
  const tokens = [...special, ...letters]
  const ids = new Map(tokens.map((token, id) => [token, id]))
  const counts = [...words.values()]
  const symbols = Array.from(words.keys(), (word) => Array.from(word, (letter) => idOf(ids, letter)))
  const pairs = new Map<number, number>()
  const heap = new Heap(precedes)
  pushAll(heap, pairs, countPairs(symbols, counts, pairs))

  const merges: [string, string][] = []
  while (tokens.length < size) {
    const top = heap.pop()
    if (!top) break
    const now = pairs.get(pairOf(top.left, top.right)) ?? 0
    if (now !== top.count) {
      heap.push({ ...top, count: now })
      continue
    }
    if (now < 1) break
    const [left, right] = [tokens[top.left]!, tokens[top.right]!]
    // Two pairs may spell one token.
    const id = ids.get(left + right) ?? tokens.push(left + right) - 1
    ids.set(left + right, id)
    merges.push([left, right])
    const changed = new Map<number, Set<number>>()
    for (const word of top.at)
      mergeIn(symbols[word]!, top, id, (pair, change) => {
        pairs.set(pair, (pairs.get(pair) ?? 0) + change * counts[word]!)
        if (change > 0) (changed.get(pair) ?? changed.set(pair, new Set()).get(pair)!).add(word)
      })
    pushAll(heap, pairs, changed)
  }
  return { tokens, merges }
}

function idOf(ids: ReadonlyMap<string, number>, letter: string): number {
  const id = ids.get(letter)
  if (id === undefined) throw new Error(`word: expected letters of the alphabet, got ${JSON.stringify(letter)}`)
  return id
}

/** Counts the pairs of all words; gives the words that each is in. */
function countPairs(symbols: number[][], counts: number[], pairs: Map<number, number>): Map<number, Set<number>> {
  const places = new Map<number, Set<number>>()
  for (const [word, ids] of symbols.entries())
    for (let i = 1; i < ids.length; i++) {
      const pair = pairOf(ids[i - 1]!, ids[i]!)
      pairs.set(pair, (pairs.get(pair) ?? 0) + counts[word]!)
      ;(places.get(pair) ?? places.set(pair, new Set()).get(pair)!).add(word)
    }
  return places
}

function pushAll(heap: Heap<Candidate>, pairs: Map<number, number>, places: Map<number, Set<number>>): void {
  for (const [pair, at] of places) {
    const count = pairs.get(pair)!
    if (count > 0) heap.push({ left: Math.floor(pair / PAIR), right: pair % PAIR, count, at })
  }
}

/** Makes every occurrence of a pair in one word the token `id`; tells which pairs that takes away and brings. */
function mergeIn(
  ids: number[],
  { left, right }: Candidate,
  id: number,
  tell: (pair: number, change: 1 | -1) => void,
): void {
  for (let i = 0; i + 1 < ids.length; i++) {
    if (ids[i] !== left || ids[i + 1] !== right) continue
    if (i > 0) {
      tell(pairOf(ids[i - 1]!, left), -1)
      tell(pairOf(ids[i - 1]!, id), 1)
    }
    ids.splice(i, 2, id)
    if (i + 1 < ids.length) {
      tell(pairOf(right, ids[i + 1]!), -1)
      tell(pairOf(id, ids[i + 1]!), 1)
    }
  }
}
