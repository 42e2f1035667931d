/** A sparse square matrix by rows: row i holds values[k] at column columns[k] for k in [starts[i], starts[i + 1]). */
export interface SparseMatrix {
  size: number
  starts: Int32Array
  columns: Int32Array
  values: Float64Array
}

/**
 * Counts how often two words stand within `window` words of each other. Symmetric.
 * @param documents ids of the words of each text, -1 for a word outside the vocabulary: it keeps its place
 * @param size number of words, at most 65,536
 */
export function createCounter(size: number, window: number) {
  const pairs = createPairCounter()
  return {
    add(document: Int32Array): void {
      for (let i = 0; i < document.length; i++) {
        const a = document[i]!
        if (a < 0) continue
        const last = Math.min(document.length - 1, i + window)
        for (let j = i + 1; j <= last; j++) {
          const b = document[j]!
          if (b >= 0) pairs.add(Math.min(a, b) * size + Math.max(a, b))
        }
      }
    },
    finish: () => symmetric(pairs.entries(), size),
  }
}

/** A hash table from 32-bit keys to counts, in typed arrays: a Map of five million pairs takes ten times the memory. */
function createPairCounter() {
  let bits = 20
  let capacity = 2 ** bits
  let used = 0
  let keys = new Uint32Array(capacity)
  let counts = new Float64Array(capacity)

  function slotOf(key: number): number {
    let slot = Math.imul(key, 0x9e3779b1) >>> (32 - bits) // Fibonacci hashing: the high bits are the mixed ones
    while (counts[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & (capacity - 1)
    return slot
  }
  function grow(): void {
    const [oldKeys, oldCounts] = [keys, counts]
    capacity = 2 ** ++bits
    keys = new Uint32Array(capacity)
    counts = new Float64Array(capacity)
    oldCounts.forEach((count, i) => {
      if (count === 0) return
      const slot = slotOf(oldKeys[i]!)
      keys[slot] = oldKeys[i]!
      counts[slot] = count
    })
  }
  return {
    add(key: number): void {
      const slot = slotOf(key)
      if (counts[slot] === 0) {
        keys[slot] = key
        used++
      }
      counts[slot]! += 1
      if (used * 2 > capacity) grow()
    },
    /** Keys in rising order, with their counts. */
    entries(): { keys: Uint32Array; counts: Float64Array } {
      const sorted = keys.filter((_, i) => counts[i] !== 0).sort()
      return { keys: sorted, counts: Float64Array.from(sorted, (key) => counts[slotOf(key)]!) }
    },
  }
}

/** Both triangles from the upper one; a word beside itself counts twice, as it would in a full count. */
function symmetric({ keys, counts }: { keys: Uint32Array; counts: Float64Array }, size: number): SparseMatrix {
  const starts = new Int32Array(size + 1)
  keys.forEach((key) => {
    const [a, b] = [Math.floor(key / size), key % size]
    starts[a + 1]! += 1
    if (a !== b) starts[b + 1]! += 1
  })
  for (let i = 0; i < size; i++) starts[i + 1]! += starts[i]!
  const columns = new Int32Array(starts[size]!)
  const values = new Float64Array(starts[size]!)
  const next = starts.slice()
  const put = (row: number, column: number, value: number) => {
    const at = next[row]!++
    columns[at] = column
    values[at] = value
  }
  keys.forEach((key, k) => {
    const [a, b] = [Math.floor(key / size), key % size]
    put(a, b, a === b ? 2 * counts[k]! : counts[k]!)
    if (a !== b) put(b, a, counts[k]!)
  })
  return { size, starts, columns, values }
}

/**
 * Positive pointwise mutual information, max(0, log p(w, c) / (p(w) p(c)^0.75 / Z)), the contexts smoothed so that rare
 * ones do not win (Levy, Goldberg & Dagan 2015, §3.1).
 */
export function ppmi(counts: SparseMatrix, smoothing = 0.75): SparseMatrix {
  const { size, starts, columns, values } = counts
  const totals = new Float64Array(size)
  for (let i = 0; i < size; i++) for (let k = starts[i]!; k < starts[i + 1]!; k++) totals[i]! += values[k]!
  const contexts = totals.map((n) => n ** smoothing)
  const allContexts = contexts.reduce((a, b) => a + b, 0)
  const information = new Float64Array(values.length)
  for (let i = 0; i < size; i++) {
    for (let k = starts[i]!; k < starts[i + 1]!; k++) {
      information[k] = Math.max(0, Math.log((values[k]! * allContexts) / (totals[i]! * contexts[columns[k]!]!)))
    }
  }
  return { size, starts, columns, values: information }
}
