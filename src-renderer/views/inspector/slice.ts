import { CELLS, verdictName, verdictOf, type Verdict } from '../../lib/roles'
import type { Cell, Decision, ExampleHistory, ExampleQuery, ExampleRow, Said } from '../../lib/types'

export type Sort = ExampleQuery['sort']
export const SORTS: readonly { value: Sort; label: string }[] = [
  { value: 'weak-confidence', label: 'supervisor surest first' },
  { value: 'student-confidence', label: 'student surest first' },
  { value: 'index', label: 'order of the data' },
]
export const VERDICTS: readonly Verdict[] = ['copied', 'corrected', 'newly broken', 'hard', 'kept']

const isCell = (text: string): text is Cell => (CELLS as readonly string[]).includes(text)

/** Cells named in the address, e.g. `001,011`; unknown ones are dropped. */
export function parseCells(text = ''): Cell[] {
  return text.split(',').filter(isCell)
}

export function parseSort(text = ''): Sort {
  return SORTS.find((sort) => sort.value === text)?.value ?? 'weak-confidence'
}

/** Cells of a verdict. */
export const cellsOf = (verdict: Verdict): Cell[] => CELLS.filter((cell) => verdictOf(cell) === verdict)

/** Adds the cells, or takes them away when all of them are there. In the order of the table. */
export function toggled(chosen: readonly Cell[], cells: readonly Cell[]): Cell[] {
  const all = cells.every((cell) => chosen.includes(cell))
  return CELLS.filter((cell) => (cells.includes(cell) ? !all : chosen.includes(cell)))
}

/** What a slice holds, as a title. @param copied see `verdictName` */
export function sliceTitle(cells: readonly Cell[], sort: Sort, copied: boolean): string {
  const order = SORTS.find((s) => s.value === sort)?.label ?? ''
  const verdicts = VERDICTS.filter((verdict) => cellsOf(verdict).some((cell) => cells.includes(cell)))
  const what =
    cells.length === 0 || verdicts.length === VERDICTS.length
      ? 'All examples'
      : verdicts.map((verdict) => verdictName(verdict, copied)).join(', ')
  return `${what.charAt(0).toUpperCase()}${what.slice(1)}, ${order}`
}

/** An answer in words: the name of a class, or a text in quotes, so that the blanks it begins or ends with are seen. */
export function told(decision: Decision, classes: readonly string[]): string {
  return typeof decision === 'string' ? `“${decision}”` : (classes[decision] ?? String(decision))
}

/** Whether a move of chess is to be written: the example tells a position, or its text is a game. */
export const isChess = ({ fen, text, truth }: Pick<ExampleRow, 'fen' | 'text' | 'truth'>): boolean =>
  typeof truth === 'string' && (fen !== undefined || /^1\. \S+ 1\.\.\./.test(text))

/** Colour and name of what became of the supervisor's answer to one example. */
export function verdictOn({ cell, weak, student }: ExampleRow): { verdict: Verdict; name: string } {
  const verdict = verdictOf(cell)
  return { verdict, name: verdictName(verdict, student.says === weak.says) }
}

/**
 * Where an answer stands on a line from 0 to 1: of two classes at the probability of class 1, else from the least that a
 * decision can be held, 1 / classes, to certainty.
 */
export function placeOf({ says, confidence }: Said, classes: number): number {
  if (classes === 2) return says === 1 ? confidence : 1 - confidence
  const least = classes > 0 ? 1 / classes : 0
  return (confidence - least) / (1 - least)
}

/** How the student came to its answer, as a sentence. @param copied whether it says what its supervisor says */
export function story(
  { step, right }: Pick<ExampleHistory, 'step' | 'right'>,
  weakRight: boolean,
  copied: boolean,
): string {
  const last = right.length - 1
  if (last < 0) return ''
  let since = last
  while (since > 0 && right[since - 1] === right[last]) since--
  if (since === 0) return right[last] ? 'Right at every evaluation.' : 'Wrong at every evaluation.'
  if (right[last]) return `Right from step ${step[since]} on${weakRight ? '' : ', against its supervisor'}.`
  const cameRound = copied ? 'then it came round to its supervisor' : 'then wrong in a way of its own'
  const turned = weakRight ? 'then wrong against its supervisor' : cameRound
  return `Right until step ${step[since - 1]}, ${turned}.`
}
