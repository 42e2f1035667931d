import type { Decision } from '../answers'
import type { bootstrap, Flags } from './bootstrap'
import type { Sample } from './sample'

/** Decisions of a seed's three models on the test rows, the student's where it is reported. */
export interface Decisions {
  weak: ArrayLike<Decision>
  student: ArrayLike<Decision>
  ceiling: ArrayLike<Decision>
}

/** What is true of a test row under one seed. */
export type Outcome = 'weak' | 'student' | 'ceiling' | 'weakWrong' | 'agree' | 'agreeRight' | 'agreeWrong'

/** Of every row: which models are right, whether the student decides as the supervisor, and where that is right or wrong. */
export function outcomesOf({ weak, student, ceiling }: Decisions, truth: ArrayLike<Decision>): Flags<Outcome> {
  const where = (is: (i: number) => boolean) => Uint8Array.from({ length: truth.length }, (_, i) => (is(i) ? 1 : 0))
  const weakRight = where((i) => weak[i] === truth[i])
  const agree = where((i) => student[i] === weak[i])
  return {
    weak: weakRight,
    student: where((i) => student[i] === truth[i]),
    ceiling: where((i) => ceiling[i] === truth[i]),
    weakWrong: where((i) => !weakRight[i]),
    agree,
    agreeRight: where((i) => agree[i] === 1 && weakRight[i] === 1),
    agreeWrong: where((i) => agree[i] === 1 && !weakRight[i]),
  }
}

/** What is estimated of an arm: the share of the rows with the first outcome, among all or those with the second. */
export const QUANTITIES = {
  weak: ['weak'],
  student: ['student'],
  ceiling: ['ceiling'],
  agreement: ['agree'],
  agreementWeakRight: ['agreeRight', 'weak'],
  agreementWeakWrong: ['agreeWrong', 'weakWrong'],
} as const satisfies Record<string, readonly [Outcome, Outcome?]>
export type Quantity = keyof typeof QUANTITIES

/** Resamples of an arm's seeds, to be asked for its quantities. */
export type Drawn = ReturnType<typeof bootstrap<Outcome>>
export const sampleOf = (drawn: (flag: Outcome, of?: Outcome) => Sample, quantity: Quantity): Sample =>
  drawn(...(QUANTITIES[quantity] as readonly [Outcome, Outcome?]))
