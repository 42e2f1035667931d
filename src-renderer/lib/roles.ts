import type { Arm, Cell } from './types'

/** How a role looks: a colour token, and a dash or a marker so that colour is never alone. */
export interface Look {
  color: 'weak' | 'ceiling' | 'copied' | 'corrected' | (typeof COLORS)[number]
  dash: readonly number[]
  marker: Shape
  /** Whether its mark is an outline: of what is no result. */
  hollow?: boolean
}
/** Those of weak and ceiling are theirs alone; none points to a side, as the end of an interval that is cut does. */
export type Shape = 'rect' | 'rectRot' | (typeof SHAPES)[number]

const COLORS = ['student', 'student2', 'student3', 'student4', 'student5'] as const
const SHAPES = ['circle', 'triangle', 'down', 'cross', 'pill', 'plus'] as const
const DASHES: readonly (readonly number[])[] = [[], [6, 4], [8, 3, 2, 3], [2, 3]]

export const WEAK: Look = { color: 'weak', dash: [], marker: 'rect' }
export const CEILING: Look = { color: 'ceiling', dash: [], marker: 'rectRot' }
export const WEAK_LABELS: Look = { color: 'weak', dash: [6, 4], marker: 'rect' }
export const WEAK_ERRORS: Look = { color: 'copied', dash: [2, 3], marker: 'rect' }

/** The look of the n-th method: thirty differ in colour and shape. */
export const studentLook = (n: number): Look => ({
  color: COLORS[n % COLORS.length]!,
  dash: DASHES[n % DASHES.length]!,
  marker: SHAPES[n % SHAPES.length]!,
})

/** The same colour with another dash and marker: the n-th after its own, 0 being its own. */
export function varied(look: Look, n: number): Look {
  if (n === 0) return look
  const after = <T>(all: readonly T[], own: T) => all[(Math.max(0, all.indexOf(own)) + n) % all.length]!
  return { color: look.color, dash: after(DASHES, look.dash), marker: after<Shape>(SHAPES, look.marker) }
}

/** One look per method, in the order in which the arms name them: the same method looks the same on every task. */
export function studentLooks(arms: readonly Arm[], hollow = false): (arm: Arm) => Look {
  const methods = [...new Set(arms.map((arm) => arm.methodTitle))]
  const looks = methods.map((_, n) => ({ ...studentLook(n), hollow }))
  return (arm) => looks[methods.indexOf(arm.methodTitle)] ?? studentLook(0)
}

/** Looks of two arms that stand side by side: their own among the arms of a run, and never the same colour. */
export function pairLooks(runArms: readonly Arm[], arm: Arm, against: Arm): { arm: Look; against: Look } {
  const look = studentLooks(runArms)
  const [one, other] = [look(arm), look(against)]
  return { arm: one, against: one.color === other.color ? studentLook(one.color === COLORS[1] ? 0 : 1) : other }
}

/** Outlines of the marks, in a box of 11 by 11. */
export const MARKS: Record<Shape, string> = {
  rect: 'M2,2h7v7h-7z',
  circle: 'M5.5,1.5a4,4 0 1,0 .01,0z',
  triangle: 'M5.5,1 10,9.5 1,9.5z',
  down: 'M5.5,10 1,1.5 10,1.5z',
  cross: 'M1.7,3.1 3.1,1.7 5.5,4.1 7.9,1.7 9.3,3.1 6.9,5.5 9.3,7.9 7.9,9.3 5.5,6.9 3.1,9.3 1.7,7.9 4.1,5.5z',
  plus: 'M4.5,1h2v3.5h3.5v2h-3.5v3.5h-2v-3.5h-3.5v-2h3.5z',
  pill: 'M4,2h3a3.5,3.5 0 0,1 0,7h-3a3.5,3.5 0 0,1 0,-7z',
  rectRot: 'M5.5,.5 10.5,5.5 5.5,10.5 .5,5.5z',
}

export type Verdict = 'kept' | 'newly broken' | 'corrected' | 'copied' | 'hard'

/** What became of the supervisor's answer in the student, by who was right (weak, student, ceiling). */
export function verdictOf(cell: Cell): Verdict {
  if (cell[0] === '1') return cell[1] === '1' ? 'kept' : 'newly broken'
  if (cell[1] === '1') return 'corrected'
  return cell[2] === '1' ? 'copied' : 'hard'
}

/**
 * What a verdict is called. The student that is wrong as its supervisor is has copied it, whatever the ceiling says; among
 * more than two choices it may be wrong in a way of its own, and of many examples nobody knows.
 */
export function verdictWord(verdict: Verdict, copied: boolean): string {
  if (verdict !== 'copied' && verdict !== 'hard') return verdict
  return copied ? 'copied' : 'still wrong'
}

/** The same where nothing beside it says which of the errors are meant: those that the ceiling makes, too, or not. */
export function verdictName(verdict: Verdict, copied: boolean): string {
  const of = { copied: ' (ceiling right)', hard: ' (ceiling wrong)' } as const
  return verdictWord(verdict, copied) + (verdict === 'copied' || verdict === 'hard' ? of[verdict] : '')
}

/** Colour token of a verdict; its word stands beside it everywhere. */
export const VERDICT_COLOR: Record<Verdict, string> = {
  kept: 'soft',
  'newly broken': 'new',
  corrected: 'corrected',
  copied: 'copied',
  hard: 'hard',
}

export const CELLS: readonly Cell[] = ['111', '101', '110', '100', '011', '001', '010', '000']
