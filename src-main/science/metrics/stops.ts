import { z } from 'zod'
import { decisions } from '../answers'
import { accuracy } from './accuracy'
import type { SeedPredictions } from './predictions'
import type { Stop, StopRule } from './result'

/** A place in a training: `step-400`, `epoch-1.5`. */
const PLACE = /^(step|epoch)-(\d{1,9}(?:\.\d{1,3})?)$/

export const stopSchema = z.union([
  z.enum(['last', 'weak-validation', 'oracle']),
  z.custom<Exclude<Stop, StopRule>>((text) => typeof text === 'string' && PLACE.test(text), {
    error: 'expected a place in a training: step-400 or epoch-2',
  }),
])

/**
 * Index of the evaluation that each stop rule picks for one seed. `weak-validation`: most agreement with the supervisor
 * on the validation split, as in the paper's NLP setting; `oracle`: most accurate on the test split's ground truth
 * (arXiv 2312.09390 5.1.1). Both choose among the `candidates`, and of equals take the last: a tie gives no reason to
 * stop, and without a reason training goes on.
 */
export function stops(seed: SeedPredictions): Record<StopRule, number> {
  const weak = decisions(seed.weakValidation)
  const from = candidates(seed)
  return {
    last: seed.student.length - 1,
    'weak-validation': best(
      seed.studentValidation.map((answers) => accuracy(decisions(answers), weak)),
      from,
    ),
    oracle: best(
      seed.student.map((answers) => accuracy(decisions(answers), seed.truth)),
      from,
    ),
  }
}

/** Index of the evaluation at which a student is read. */
export function evaluationAt(seed: SeedPredictions, stop: Stop): number {
  const [, unit, amount] = PLACE.exec(stop) ?? []
  if (unit === undefined) return stops(seed)[stop as StopRule]
  // Every training is as many whole passes as was asked for, so its last step tells how long one is.
  const perUnit = unit === 'epoch' ? seed.steps.at(-1)! / seed.epochs : 1
  return nearest(seed.steps, Number(amount) * perUnit)
}

/** Index of the step nearest to one; of two as near the earlier. */
function nearest(steps: readonly number[], to: number): number {
  const apart = steps.map((step) => Math.abs(step - to))
  return apart.indexOf(Math.min(...apart))
}

/**
 * Index of the first evaluation that a rule may stop at: the first one by which the student has seen every example, or,
 * in a training of at most one epoch, the first one after step 0. Before that an answer may be the untrained net's: one
 * class for all agrees well with a supervisor that hardly says another.
 */
export function candidates({ steps, epochs }: Pick<SeedPredictions, 'steps' | 'epochs'>): number {
  const last = steps.at(-1)!
  const first = steps.findIndex((step) => step > 0 && (epochs <= 1 || step * epochs >= last))
  return first < 0 ? steps.length - 1 : first
}

/** Index of the highest of the values from `from` on; the last of equals. */
export function best(values: readonly number[], from: number): number {
  let at = from
  for (let i = from; i < values.length; i++) if (values[i]! >= values[at]!) at = i
  return at
}
