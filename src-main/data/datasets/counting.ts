import { createHash } from 'node:crypto'
import type { BadLine } from './problem'
import type { ClassCounts } from './types'

/** Bad lines that are told; all are counted. */
export const TOLD = 50
/** Rows that are shown. */
export const FIRST = 20

/** A row that can be taken, as far as a split goes by it. */
export interface Surveyed {
  label: number
  split: 'train' | 'test' | null
  /** With everything joined that has to stay together. */
  group: string | undefined
}

/** The first bad lines, and how many there are. Lines of another encoding have one cause, which is told once. */
export function createRefusals() {
  const bad: BadLine[] = []
  let badLines = 0
  let told = false
  return {
    add(line: BadLine): void {
      badLines++
      const encoding = line.expected === 'UTF-8 text'
      if (bad.length < TOLD && !(encoding && told)) bad.push(line)
      told ||= encoding
    },
    result: () => ({ bad: bad.sort((a, b) => a.line - b.line), badLines }),
  }
}

/** Fifty-three bits that tell texts apart: two of half a million are taken for one once in 70,000 datasets. */
export function fingerprint(text: string): number {
  const digest = createHash('sha256').update(text).digest()
  return digest.readUInt32LE(0) + (digest.readUInt32LE(4) >>> 11) * 2 ** 32
}

/** Rows of each class, by where they may go. */
export function countClasses(rows: readonly Surveyed[], classes: number): ClassCounts {
  const [train, test] = [0, 1].map(() => Array.from({ length: classes }, () => 0)) as [number[], number[]]
  for (const { label, split } of rows) (split === 'test' ? test : train)[label]!++
  return { train, test: rows.some(({ split }) => split === 'test') ? test : null }
}

/** Texts, each once, whose cluster has another text in it. */
export function countTwins(duplicateOf: ArrayLike<number>, twinOf: ArrayLike<number>): number {
  const texts = new Map<number, number>()
  const own = (i: number) => duplicateOf[i] === i
  for (let i = 0; i < duplicateOf.length; i++) if (own(i)) texts.set(twinOf[i]!, (texts.get(twinOf[i]!) ?? 0) + 1)
  return [...texts.values()].reduce((sum, n) => (n > 1 ? sum + n : sum), 0)
}
