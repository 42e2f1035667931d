import type { Problem } from '../../science/spec/problems'
import type { TextRow } from '../../science/tasks'

/** A dataset that cannot be taken, with what is wrong where; the path of a problem is a line ("line 7") or a field. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError'
  constructor(readonly problems: Problem[]) {
    super(problems.map((p) => `${p.path}: expected ${p.expected}, got ${p.got}`).join('\n'))
  }
}

/** One thing that keeps a file from being taken as a whole. */
export function refusal(path: string, expected: string, got: string): DatasetError {
  return new DatasetError([{ path, expected, got }])
}

/** One thing wrong with a line. */
export interface BadLine {
  line: number
  expected: string
  got: string
}
/** One record of a file, by column; or why a line is none. */
export type Entry = { line: number; values: Map<string, unknown>; kept?: Kept } | BadLine
/** What goes with a row of texts beside what a net reads and writes. */
export type Kept = Pick<TextRow, 'fen' | 'difficulty'>
