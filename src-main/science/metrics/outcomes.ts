import type { Decision } from '../answers'
import type { Flags } from './bootstrap'

/** What is true of a test row under one seed. */
export type Outcome = 'weakRight' | 'weakWrong' | 'agree' | 'agreeRight' | 'agreeWrong'

/** Of every row: whether the supervisor is right, and whether the student decides as it does, right or wrong. */
export function outcomesOf(
  { weak, student }: Record<'weak' | 'student', ArrayLike<Decision>>,
  truth: ArrayLike<Decision>,
): Flags<Outcome> {
  const where = (is: (i: number) => boolean) => Uint8Array.from({ length: truth.length }, (_, i) => (is(i) ? 1 : 0))
  const weakRight = where((i) => weak[i] === truth[i])
  const agree = where((i) => student[i] === weak[i])
  return {
    weakRight,
    weakWrong: where((i) => !weakRight[i]),
    agree,
    agreeRight: where((i) => agree[i] === 1 && weakRight[i] === 1),
    agreeWrong: where((i) => agree[i] === 1 && !weakRight[i]),
  }
}

/**
 * What is estimated of how the student decides beside its supervisor: the share of the rows with the first outcome, among
 * all or those with the second.
 */
export const AGREEMENTS = {
  agreement: ['agree'],
  agreementWeakRight: ['agreeRight', 'weakRight'],
  agreementWeakWrong: ['agreeWrong', 'weakWrong'],
} as const satisfies Record<string, readonly [Outcome, Outcome?]>
export type AgreementName = keyof typeof AGREEMENTS
