import { accuracy } from './accuracy'
import { decide, type SeedPredictions } from './predictions'
import type { StopRule } from './result'

/**
 * Index of the evaluation that each stop rule picks for one seed. `weak-validation`: most agreement with the supervisor
 * on the validation split, as in the paper's NLP setting; `oracle`: most accurate on the test split's ground truth
 * (arXiv 2312.09390 5.1.1). The earliest of equals.
 */
export function stops(seed: SeedPredictions, classes: number): Record<StopRule, number> {
  const weak = decide(seed.weakValidation, classes)
  return {
    last: seed.student.length - 1,
    'weak-validation': best(seed.studentValidation.map((p) => accuracy(decide(p, classes), weak))),
    oracle: best(seed.student.map((p) => accuracy(decide(p, classes), seed.truth))),
  }
}

function best(values: number[]): number {
  return values.indexOf(Math.max(...values))
}
