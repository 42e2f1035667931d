import type { Arm, Cell } from './types'

/** How a line of a role looks: a colour token, and a dash so that colour is never alone. */
export interface Look {
  color: 'weak' | 'student' | 'student2' | 'student3' | 'ceiling' | 'copied' | 'corrected'
  dash: readonly number[]
}
export const WEAK: Look = { color: 'weak', dash: [] }
export const CEILING: Look = { color: 'ceiling', dash: [] }
export const WEAK_LABELS: Look = { color: 'weak', dash: [6, 4] }
export const WEAK_ERRORS: Look = { color: 'copied', dash: [2, 3] }

const STUDENTS: readonly Look[] = [
  { color: 'student', dash: [] },
  { color: 'student2', dash: [6, 4] },
  { color: 'student3', dash: [8, 3, 2, 3] },
]

/** One look per method, in the order in which the arms name them: the same method looks the same on every task. */
export function studentLooks(arms: readonly Arm[]): (arm: Arm) => Look {
  const methods = [...new Set(arms.map((arm) => arm.methodTitle))]
  return (arm) => STUDENTS[Math.max(0, methods.indexOf(arm.methodTitle)) % STUDENTS.length]!
}

export type Verdict = 'kept' | 'newly broken' | 'corrected' | 'copied' | 'hard'

/** What became of the supervisor's answer in the student, by who was right (weak, student, ceiling). */
export function verdictOf(cell: Cell): Verdict {
  if (cell[0] === '1') return cell[1] === '1' ? 'kept' : 'newly broken'
  if (cell[1] === '1') return 'corrected'
  return cell[2] === '1' ? 'copied' : 'hard'
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
