import type { ArmResult } from '../science/metrics/result'
import type { Stage } from '../science/stages'
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

/** One table of `predictions/`: what the three models say of every row that is measured on. */
export function predictionTable(
  rows: readonly { id: number; group: string; label: number }[],
  { weak, student, ceiling }: Record<'weak' | 'student' | 'ceiling', Float32Array>,
): Iterable<string> {
  function* cells(): Generator<Cell[]> {
    for (const [i, { id, group, label }] of rows.entries())
      yield [i, id, group, label, weak[i] ?? null, student[i] ?? null, ceiling[i] ?? null]
  }
  return csv(PREDICTION_COLUMNS, cells())
}

/** Of `metrics.csv`: the first seven identify the stage. */
export const METRIC_COLUMNS = ['stage', 'kind', 'role', 'task', 'model', 'loss', 'seed'].concat([
  'split',
  'metric',
  'step',
  'value',
])

/** What identifies a stage in a tidy table: its first seven columns. */
export function metricLead(stage: Stage, stages: ReadonlyMap<string, Stage>): (string | number)[] {
  if (stage.kind !== 'train') return [stage.key, stage.kind, '', '', '', '', '']
  const { role, model, loss, seed } = stage.config
  const data = stages.get(stage.needs.data)
  return [
    stage.key,
    'train',
    role,
    data?.kind === 'data' ? data.config.task : '',
    describe(model),
    describe(loss),
    seed,
  ]
}
