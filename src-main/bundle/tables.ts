import { decisions, probability, type Answers, type Decision } from '../science/answers'
import type { ArmResult } from '../science/metrics/result'
import type { Stage } from '../science/stages'
import type { ModelChoice } from '../science/spec/spec'
import { csv, type Cell } from './csv'

const ARM_COLUMNS = ['task', 'weak_model', 'strong_model', 'method', 'stop', 'seed', 'step']
const AGREEMENT_COLUMNS = ['agreement', 'agreement_weak_right', 'agreement_weak_wrong', 'ceiling_agreement_weak_wrong']
/** Of every metric: of the three models, and what share of the gap the student recovers. */
const MEASURED_COLUMNS = ['weak', 'student', 'ceiling', 'pgr'] as const

/** `results.csv`: one row per arm and seed, four columns a metric, e.g. `accuracy_weak`. */
export function resultTable(arms: readonly ArmResult[]): Iterable<string> {
  const metrics = [...new Set(arms.flatMap(({ measures }) => Object.keys(measures)))]
  const rows = arms.flatMap(({ arm, stop, bySeed, measures }) =>
    bySeed.map((s, i): Cell[] => [
      ...[arm.task, describe(arm.weak), describe(arm.strong), describe(arm.method), stop, s.seed, s.step],
      ...metrics.flatMap((metric) => MEASURED_COLUMNS.map((column) => measures[metric]?.bySeed[i]?.[column] ?? null)),
      ...[s.agreement, s.agreementWeakRight, s.agreementWeakWrong, s.ceilingAgreementWeakWrong],
    ]),
  )
  const ofMetrics = metrics.flatMap((metric) => MEASURED_COLUMNS.map((column) => `${metric}_${column}`))
  return csv([...ARM_COLUMNS, ...ofMetrics, ...AGREEMENT_COLUMNS], rows)
}

/** Whether any of them tells a test set from elsewhere. */
export const hasElsewhere = (arms: readonly ArmResult[]): boolean => arms.some(({ elsewhere }) => elsewhere)

/** `elsewhere.csv`: the same of every test set from elsewhere, one row per arm, set and seed, the student at its last step. */
export function elsewhereTable(arms: readonly ArmResult[]): Iterable<string> {
  const sets = arms.flatMap(({ arm, elsewhere = [] }) => elsewhere.map((set) => ({ arm, set })))
  const metrics = [...new Set(sets.flatMap(({ set }) => Object.keys(set.measures)))]
  const rows = sets.flatMap(({ arm, set }) => {
    const [first] = Object.values(set.measures)
    return (first?.bySeed ?? []).map(({ seed }, i): Cell[] => [
      ...[arm.task, describe(arm.weak), describe(arm.strong), describe(arm.method), set.id, seed],
      ...metrics.flatMap((metric) => MEASURED_COLUMNS.map((c) => set.measures[metric]?.bySeed[i]?.[c] ?? null)),
    ])
  })
  const ofMetrics = metrics.flatMap((metric) => MEASURED_COLUMNS.map((column) => `${metric}_${column}`))
  return csv(['task', 'weak_model', 'strong_model', 'method', 'set', 'seed', ...ofMetrics], rows)
}

/** A variant with its parameters in one field, e.g. `words words=60`. */
export function describe(choice: ModelChoice | Record<string, unknown>): string {
  const [[, id] = ['', ''], ...params] = Object.entries(choice)
  const text = (value: unknown) => (Array.isArray(value) ? value.map(describe).join(' → ') : String(value))
  return [id, ...params.map(([name, value]) => `${name}=${text(value)}`)].join(' ')
}

const MODELS = ['weak', 'student', 'ceiling'] as const

/**
 * One table of `predictions/`: of every row that is measured on, how probable the three models hold class 1. Where there
 * are more than two classes: what each of them says (`weak`, the index of a class), and how probable it holds every
 * class (`weak_0`, `weak_1` and so on). Of texts: what is right (`target`), what each of them wrote, and the log-likelihood
 * of having written it (`weak_likelihood`).
 */
export function predictionTable(
  rows: readonly { id: number; group: string; label: Decision }[],
  said: Record<(typeof MODELS)[number], Answers>,
): Iterable<string> {
  if (said.weak.kind === 'text') return textTable(rows, said)
  const options = said.weak.options
  const classes = options === 2 ? [] : Array.from({ length: options }, (_, c) => c)
  const decided = MODELS.map((model) => decisions(said[model]))
  const cellsOf = (i: number) =>
    MODELS.flatMap((model, m): Cell[] =>
      options === 2
        ? [probability(said[model], i, 1)]
        : [decided[m]![i]!, ...classes.map((c) => probability(said[model], i, c))],
    )
  function* cells(): Generator<Cell[]> {
    for (const [i, { id, group, label }] of rows.entries()) yield [i, id, group, label, ...cellsOf(i)]
  }
  const columns = MODELS.flatMap((model) => [model, ...classes.map((c) => `${model}_${c}`)])
  return csv(['index', 'id', 'group', 'truth', ...columns], cells())
}

function textTable(
  rows: readonly { id: number; group: string; label: Decision }[],
  said: Record<(typeof MODELS)[number], Answers>,
): Iterable<string> {
  function* cells(): Generator<Cell[]> {
    for (const [i, { id, group, label }] of rows.entries()) {
      const written = MODELS.flatMap((model): Cell[] => {
        const answers = said[model]
        return answers.kind === 'text' ? [answers.texts[i]!, answers.likelihood[i]!] : [null, null]
      })
      yield [i, id, group, label, ...written]
    }
  }
  const columns = MODELS.flatMap((model) => [model, `${model}_likelihood`])
  return csv(['index', 'id', 'group', 'target', ...columns], cells())
}

/** They identify a stage, see `stageLead`. */
const LEAD = ['stage', 'kind', 'role', 'task', 'model', 'loss', 'seed']
export const METRIC_COLUMNS = LEAD.concat(['split', 'metric', 'step', 'value'])
/** Of `use.csv`: each stretch of time ends `at` seconds after the stage began. */
export const USE_COLUMNS = LEAD.concat(['quantity', 'unit', 'at', 'seconds', 'mean', 'low', 'high', 'card'])

/** What identifies a stage in a tidy table: its first seven columns. */
export function stageLead(stage: Stage, stages: ReadonlyMap<string, Stage>): (string | number)[] {
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
