import { sentence, share } from '../../lib/format'
import { ENTRIES } from '../../lib/moves'
import { CELLS, verdictName, verdictOf, verdictWord, type Look, type Verdict } from '../../lib/roles'
import type { Cell, Decision, ExampleHistory, ExampleQuery, ExampleRow, Move, Said } from '../../lib/types'

/** Names and looks of the student, and of that of another arm where one is looked at beside it. */
export interface Students {
  student: Drawn
  other?: Drawn | undefined
}
interface Drawn {
  name: string
  look: Look
}

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

/** The supervisor's errors, whatever student and ceiling make of them: what one comes to the Inspector for. */
export const ERRORS: readonly Cell[] = CELLS.filter((cell) => cell.startsWith('0'))
const isErrors = (cells: readonly Cell[]) => cells.length === ERRORS.length && cells.every((c) => ERRORS.includes(c))

/** What a slice holds, as a title. @param copied see `verdictWord` @param moves none where no other arm is beside */
export function sliceTitle(cells: readonly Cell[], sort: Sort, copied: boolean, moves: readonly Move[] = []): string {
  const order = SORTS.find((s) => s.value === sort)?.label ?? ''
  const verdicts = VERDICTS.filter((verdict) => cellsOf(verdict).some((cell) => cells.includes(cell)))
  const isAll = cells.length === 0 || verdicts.length === VERDICTS.length
  const entries = ENTRIES.filter((entry) => entry.moves.some((move) => moves.includes(move)))
  const what = [
    ...(isAll ? [] : isErrors(cells) ? ['the supervisor’s errors'] : verdicts.map((v) => verdictName(v, copied))),
    ...(entries.length > 0 ? [`${entries.map(({ title }) => title).join(' or ')} between the arms`] : []),
  ]
  return `${sentence(what.join(', ') || 'all examples')}, ${order}`
}

/** An answer in words: the name of a class, or a text in quotes, so that the blanks it begins or ends with are seen. */
export function told(decision: Decision, classes: readonly string[]): string {
  return typeof decision === 'string' ? `“${decision}”` : (classes[decision] ?? String(decision))
}

/** Whether a move of chess is to be written: the example tells a position, or its text is a game. */
export const isChess = ({ fen, text, truth }: Pick<ExampleRow, 'fen' | 'text' | 'truth'>): boolean =>
  typeof truth === 'string' && (fen !== undefined || /^1\. \S+ 1\.\.\./.test(text))

/** Colour and name of what became of the supervisor's answer to one example: one colour for what is called the same. */
export function verdictOn({ cell, weak, student }: ExampleRow): { verdict: Verdict; name: string } {
  const [verdict, copied] = [verdictOf(cell), student.says === weak.says]
  const isError = verdict === 'copied' || verdict === 'hard'
  return { verdict: isError ? (copied ? 'copied' : 'hard') : verdict, name: verdictWord(verdict, copied) }
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

/**
 * How the student came to its last answer, as a sentence. Evaluations without an answer say nothing: before any training
 * all options may be equally probable.
 */
export function story({ step, fate }: Pick<ExampleHistory, 'step' | 'fate'>, weakRight: boolean): string {
  const told = fate.flatMap((is, i) => (is === null ? [] : [{ step: step[i]!, is, right: is === 'right' }]))
  const end = told.at(-1)
  if (!end || fate.at(-1) === null) return 'In the end it holds no answer for more probable than another.'
  const turn = told.findLastIndex(({ right }) => right !== end.right)
  if (turn < 0) {
    const when = fate[0] === null ? `from step ${told[0]!.step} on, the first with an answer` : 'at every evaluation'
    return `${end.right ? 'Right' : 'Wrong'} ${when}.`
  }
  if (end.right) return `Right from step ${told[turn + 1]!.step} on${weakRight ? '' : ', against its supervisor'}.`
  const last = told[turn]!.step
  const wasRight = last === 0 ? 'Right at step 0 alone, before any training' : `Last right at step ${last}`
  if (weakRight) return `${wasRight}; in the end wrong against its supervisor.`
  return `${wasRight}; in the end ${end.is === 'copied' ? 'it says what its supervisor says' : 'wrong in a way of its own'}.`
}

/** An example to be pasted elsewhere: what it asks, what is right, and what each model says by which probability. */
export function exampleText(row: ExampleRow, classes: readonly string[]): string {
  const options = (row.options ?? []).map((option, i) => `${told(i, classes)}: ${option}`)
  const says = (who: string, { says, confidence, right }: Said) =>
    `${who}: ${told(says, classes)}, p = ${share(confidence)}, ${right ? 'right' : 'wrong'}`
  const models = [says('weak', row.weak), says('student', row.student), says('ceiling', row.ceiling)]
  return [row.text, ...options, `truth: ${told(row.truth, classes)}`, ...models].filter(Boolean).join('\n')
}
