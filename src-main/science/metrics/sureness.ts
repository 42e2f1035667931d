import { confidence, count, optionsIn, type Answers } from '../answers'

/** How sure a model was of what it said: examples counted by how probable it held that. */
export interface Sureness {
  /** The evaluation. */
  step: number
  n: number
  /** Where the first part begins: 1 / options, below which nothing can be held that is said; 0 of texts. */
  from: number
  /** Of parts of equal width up to 1; each has its lower end, the last one its upper end, too. */
  counts: number[]
}

const PARTS = 10

/** Counts, not shares: every example is in one part. */
export function sureness(step: number, answers: Answers): Sureness {
  const options = optionsIn(answers)
  const from = options === 0 ? 0 : 1 / options
  const counts = new Array<number>(PARTS).fill(0)
  for (const p of confidence(answers)) {
    // Kept in single precision, a probability may be a little below what it can be at least.
    const part = Math.floor(((p - from) / (1 - from)) * PARTS)
    counts[Math.min(PARTS - 1, Math.max(0, part))]!++
  }
  return { step, n: count(answers), from, counts }
}
