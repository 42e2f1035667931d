import { probability, type Answers } from '../science/answers'
import type { ArmResult } from '../science/metrics/result'
import type { ModelChoice } from '../science/spec/spec'
import { csv, type Cell } from './csv'

const RESULT_COLUMNS = ['task', 'weak_model', 'strong_model', 'method', 'stop', 'seed', 'step', 'weak', 'student']
  .concat(['ceiling', 'pgr', 'agreement', 'agreement_weak_right', 'agreement_weak_wrong'])
  .concat(['ceiling_agreement_weak_wrong'])

/** `results.csv`: one row per arm and seed. */
export function resultTable(arms: readonly ArmResult[]): Iterable<string> {
  const rows = arms.flatMap(({ arm, stop, bySeed }) =>
    bySeed.map((s): Cell[] => [
      ...[arm.task, describe(arm.weak), describe(arm.strong), describe(arm.method), stop, s.seed, s.step],
      ...[s.weak, s.student, s.ceiling, s.pgr, s.agreement, s.agreementWeakRight, s.agreementWeakWrong],
      s.ceilingAgreementWeakWrong,
    ]),
  )
  return csv(RESULT_COLUMNS, rows)
}

/** A variant with its parameters in one field, e.g. `words words=60`. */
export function describe(choice: ModelChoice | Record<string, unknown>): string {
  const [[, id] = ['', ''], ...params] = Object.entries(choice)
  return [id, ...params.map(([name, value]) => `${name}=${String(value)}`)].join(' ')
}

const PREDICTION_COLUMNS = ['index', 'id', 'group', 'truth', 'weak', 'student', 'ceiling']

/** One table of `predictions/`: of every row that is measured on how probable the three models hold class 1. */
export function predictionTable(
  rows: readonly { id: number; group: string; label: number }[],
  { weak, student, ceiling }: Record<'weak' | 'student' | 'ceiling', Answers>,
): Iterable<string> {
  function* cells(): Generator<Cell[]> {
    for (const [i, { id, group, label }] of rows.entries())
      yield [i, id, group, label, ...[weak, student, ceiling].map((said) => probability(said, i, 1))]
  }
  return csv(PREDICTION_COLUMNS, cells())
}
