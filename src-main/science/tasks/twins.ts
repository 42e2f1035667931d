import { createDisjointSets, type DisjointSets } from '../maths/disjoint'

/** Two texts are near twins when the sets of their runs of `words` words have a Jaccard index of `jaccard` or more. */
export const TWINS = { words: 5, jaccard: 0.9 } as const

/** Texts are compared within lists of this many first: where a template stands in more, they come last. */
const SHORT = 200
/** Steps (pairs met, shingles compared) after which the search ends unfinished: some seconds of work. */
const BUDGET = 5e8
/** Numbers of one piece of the store of shingles. */
const PIECE = 2 ** 20

/** The same text but for Unicode form (NFKC), case and blanks. */
export function foldText(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
}

/**
 * Words are runs of letters, marks, digits and underscores; in scripts that are written without spaces every
 * letter is one.
 */
const WORD =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]\p{M}*|(?:(?![\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}])[\p{L}\p{M}\p{N}_])+/gu

/** Which texts of a dataset are near twins, by the number of each text. */
export interface Twins {
  /** The first text of the cluster that a text is in; its own number where it has no twin. Twins of twins are in it, too. */
  first: Uint32Array
  /** Whether every pair was compared that could be one. False only where very many texts share a template. */
  complete: boolean
}

/** Takes texts one by one and keeps four bytes a word of them. */
export interface TwinFinder {
  add(text: string): void
  find(): Twins
}

/**
 * Finds all near twins among texts. Exact, but for hashes of 32 bits in the place of words: every pair that reaches the
 * threshold t shares one of its rarest n − ⌈t n⌉ + 1 shingles (Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma and
 * Srikant 2007), and every pair that shares one of those is compared in full. A text of fewer than five words is one
 * shingle.
 */
export function createTwinFinder(): TwinFinder {
  const store = createStore()
  // Texts of the same shingles are one to the search.
  const same: number[] = []
  const known = new Map<number, number>()
  return {
    add(text) {
      const shingles = shinglesOf(text)
      const print = fingerprint(shingles)
      const earlier = known.get(print)
      same.push(earlier ?? store.add(shingles))
      if (earlier === undefined) known.set(print, same.at(-1)!)
    },
    find() {
      const { sets, complete } = joinTwins(store)
      const firstOf = new Map<number, number>()
      const first = Uint32Array.from(same, (set, i) => {
        const root = sets.root(set)
        if (!firstOf.has(root)) firstOf.set(root, i)
        return firstOf.get(root)!
      })
      return { first, complete }
    },
  }
}

/** Hashes of the runs of five words of a text, each once, in ascending order. */
function shinglesOf(text: string): Uint32Array {
  const words = text.normalize('NFKC').toLowerCase().match(WORD)?.map(hashOf) ?? [hashOf(foldText(text))]
  const count = Math.max(1, words.length - TWINS.words + 1)
  const hashes = new Uint32Array(count)
  for (let i = 0; i < count; i++) {
    let hash = 0
    for (let k = i; k < Math.min(words.length, i + TWINS.words); k++)
      hash = (Math.imul(hash, 0x01000193) + words[k]!) | 0
    hashes[i] = mixed(hash)
  }
  hashes.sort()
  let kept = 1
  for (let i = 1; i < count; i++) if (hashes[i] !== hashes[i - 1]) hashes[kept++] = hashes[i]!
  return hashes.subarray(0, kept)
}

/** FNV-1a over UTF-16 units, mixed. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193)
  return mixed(hash)
}

/** Spreads a hash over all its bits (the finaliser of MurmurHash3). */
function mixed(hash: number): number {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Fifty-three bits that tell one set of shingles from another. */
function fingerprint(shingles: Uint32Array): number {
  let [low, high] = [shingles.length, 0x9e3779b9]
  for (const shingle of shingles) {
    low = mixed(low ^ shingle)
    high = Math.imul(high, 0x01000193) ^ mixed(shingle + high)
  }
  return low + (mixed(high) >>> 11) * 2 ** 32
}

/** Sets of shingles, in pieces of memory that are not moved when more come. */
interface ShingleStore {
  /** @returns the number of the set */
  add(shingles: Uint32Array): number
  at(set: number): Uint32Array
  /** Sets in it, and shingles of all of them. */
  readonly size: number
  readonly shingles: number
}

function createStore(): ShingleStore {
  const sets: Uint32Array[] = []
  let piece = new Uint32Array(0)
  let [used, all] = [0, 0]
  return {
    add(shingles) {
      if (used + shingles.length > piece.length) {
        // Small at first: most datasets are.
        piece = new Uint32Array(Math.max(Math.min(PIECE, 1024 + all), shingles.length))
        used = 0
      }
      all += shingles.length
      piece.set(shingles, used)
      sets.push(piece.subarray(used, (used += shingles.length)))
      return sets.length - 1
    },
    at: (set) => sets[set]!,
    get size() {
      return sets.length
    },
    get shingles() {
      return all
    },
  }
}

/** Joins the sets that are near twins. */
function joinTwins(store: ShingleStore): { sets: DisjointSets; complete: boolean } {
  const sets = createDisjointSets(store.size)
  let steps = 0
  const areJoined = (one: number, other: number) => {
    const [a, b] = [store.at(one), store.at(other)]
    steps += 1 + Math.min(a.length, b.length)
    if (!areTwins(a, b)) return false
    sets.join(one, other)
    return true
  }
  /** Compares sets that share one shingle with each other, but for those that are one already. */
  function compare(members: Uint32Array): void {
    const parts = new Map<number, number[]>()
    for (const one of members) {
      let home = parts.get(sets.root(one)) ?? []
      parts.delete(sets.root(one))
      for (const [root, others] of parts) {
        if (steps > BUDGET) return
        if (!others.some((other) => areJoined(one, other))) continue
        parts.delete(root)
        const [small, large] = home.length < others.length ? [home, others] : [others, home]
        for (const member of small) large.push(member)
        home = large
      }
      home.push(one)
      parts.set(sets.root(one), home)
    }
  }
  const long: Uint32Array[] = []
  for (const members of sharers(store)) {
    if (members.length > SHORT) long.push(members)
    else compare(members)
  }
  for (const members of long.sort((a, b) => a.length - b.length)) compare(members)
  return { sets, complete: steps <= BUDGET }
}

/** For every shingle that is among the rarest of several sets, those sets. */
function* sharers(store: ShingleStore): Generator<Uint32Array> {
  const entries = rareShingles(store)
  for (let from = 0, to = 0; from < entries.length; from = to) {
    const shingle = Math.floor(entries[from]! / store.size)
    while (to < entries.length && Math.floor(entries[to]! / store.size) === shingle) to++
    if (to - from > 1) yield Uint32Array.from(entries.subarray(from, to), (entry) => entry % store.size)
  }
}

/** The rarest shingles of every set, as many as two twins cannot both lack: `shingle · sets + set`, in ascending order. */
function rareShingles(store: ShingleStore): Float64Array {
  const bits = Math.min(22, Math.ceil(Math.log2(store.shingles + 2)) + 1)
  const bucket = (shingle: number) => shingle >>> (32 - bits)
  const counts = new Uint32Array(2 ** bits)
  for (let set = 0; set < store.size; set++) for (const shingle of store.at(set)) counts[bucket(shingle)]!++
  const prefix = (shingles: Uint32Array) => shingles.length - Math.ceil(TWINS.jaccard * shingles.length) + 1
  let total = 0
  for (let set = 0; set < store.size; set++) total += prefix(store.at(set))
  const entries = new Float64Array(total)
  let filled = 0
  for (let set = 0; set < store.size; set++) {
    const shingles = store.at(set)
    // Any order that is the same for all will do; by frequency, counted in buckets, the lists are shortest.
    const ordered = Float64Array.from(shingles, (shingle) => counts[bucket(shingle)]! * 2 ** 32 + shingle).sort()
    for (const key of ordered.subarray(0, prefix(shingles))) entries[filled++] = (key % 2 ** 32) * store.size + set
  }
  return entries.sort()
}

/** Whether two ascending sets reach the threshold; given up as soon as they cannot. */
function areTwins(a: Uint32Array, b: Uint32Array): boolean {
  // Shared s of a + b − s in all: the index is t or more exactly from here on.
  const needed = Math.ceil((TWINS.jaccard * (a.length + b.length)) / (1 + TWINS.jaccard) - 1e-9)
  if (Math.min(a.length, b.length) < needed) return false
  let [i, j, shared] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    if (shared + Math.min(a.length - i, b.length - j) < needed) return false
    if (a[i] === b[j]) {
      shared++
      i++
      j++
    } else if (a[i]! < b[j]!) i++
    else j++
  }
  return shared >= needed
}
