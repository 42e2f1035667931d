import type { Answers } from '../answers'
import { mean } from '../maths/statistics'
import { statisticOf, type Metrics, type MetricVariant } from './metric'
import { pgr, pgrOf, type Compared } from './pgr'
import type { SeedPredictions } from './predictions'
import type { Estimate, Measured, StopRule } from './result'
import { intervalOf, type Sample } from './sample'
import { valueOf, type Statistic } from './statistic'

const ROLES = ['weak', 'student', 'ceiling'] as const

/** Name under which a metric of a model is drawn. */
const nameOf = ({ id }: MetricVariant, model: string) => `${id} of ${model}`
/** Before the name of a reference, so that it is none of the roles. */
const REFERENCE = 'reference '

/** What the models of a seed say, the student at every evaluation that is told. */
type Said = Pick<SeedPredictions, 'truth' | 'weak' | 'student' | 'ceiling' | 'references'>

/** A metric of one seed: of the models at their last step, and of the student at every evaluation. */
interface Told {
  weak: Statistic
  ceiling: Statistic
  student: Statistic[]
  references: Record<string, Statistic>
}

/** A metric of every seed of an arm. */
export interface ToldMetric {
  metric: MetricVariant
  seeds: Told[]
}

/**
 * What the metrics make of the seeds of an arm, those alone that are a number of all of them: a text has no
 * probabilities, and rows of one class alone no AUROC.
 * @param references names of those that are told
 */
export function tell(metrics: Metrics, seeds: readonly Said[], references: readonly string[]): ToldMetric[] {
  return Object.values(metrics).flatMap((metric) => {
    const told = seeds.flatMap((seed) => tellSeed(metric, seed, references) ?? [])
    return told.length === seeds.length ? [{ metric, seeds: told }] : []
  })
}

function tellSeed(metric: MetricVariant, seed: Said, references: readonly string[]): Told | null {
  const of = (answers: Answers) => statisticOf(metric, answers, seed.truth)
  const told = {
    ...{ weak: of(seed.weak), ceiling: of(seed.ceiling), student: seed.student.map(of) },
    references: Object.fromEntries(references.map((name) => [name, of(seed.references![name]!)])),
  }
  const all = [told.weak, told.ceiling, ...told.student, ...Object.values(told.references)]
  return all.every((statistic) => statistic && Number.isFinite(valueOf(statistic))) ? (told as Told) : null
}

/** What is to be drawn of one seed for the metrics, by name. @param at evaluation at which the student is reported */
export function statisticsOf(told: readonly ToldMetric[], seed: number, at: number): Record<string, Statistic> {
  const entries = told.flatMap(({ metric, seeds }) => {
    const { weak, student, ceiling, references } = seeds[seed]!
    return [
      ...Object.entries({ weak, student: student[at]!, ceiling }),
      ...Object.entries(references).map(([name, of]): [string, Statistic] => [REFERENCE + name, of]),
    ].map(([name, of]): [string, Statistic] => [nameOf(metric, name), of])
  })
  return Object.fromEntries(entries)
}

/** Asks for what was drawn under a name. */
type Asked = (name: string) => Sample

/** Metrics of the three models of an arm, drawn alike, by the ids of the metrics. */
export type Drawn = Readonly<Record<string, Compared>>

export function drawnOf(told: readonly ToldMetric[], asked: Asked): Drawn {
  return Object.fromEntries(told.map(({ metric }) => [metric.id, comparedOf(metric, asked)]))
}

function comparedOf(metric: MetricVariant, asked: Asked): Compared {
  const [weak, student, ceiling] = ROLES.map((role) => asked(nameOf(metric, role))) as [Sample, Sample, Sample]
  return { weak, student, ceiling }
}

/** A metric of the references. */
export function referencesOf(metric: MetricVariant, names: readonly string[], asked: Asked): Record<string, Sample> {
  return Object.fromEntries(names.map((name) => [name, asked(nameOf(metric, REFERENCE + name))]))
}

interface About {
  /** Numbers of the seeds. */
  numbers: readonly number[]
  /** The metric of the references, by their names. */
  references: Readonly<Record<string, Sample>>
  examples: number
  sameModel: boolean
  /** Of each seed the evaluation at which each rule stops. */
  stops: readonly Record<StopRule, number>[]
  /** Whether all seeds were evaluated at the same steps. */
  inStep: boolean
}

/** What is reported of a metric. */
export function measured({ metric, seeds }: ToldMetric, compared: Compared, about: About): Measured {
  const { weak, student, ceiling } = compared
  const n = { seeds: seeds.length, examples: about.examples }
  const estimate = (sample: Sample): Estimate => ({ value: sample.value, ...within(metric.range, sample), ...n })
  const course = seeds.map((seed) => seed.student.map(valueOf))
  const at = (rule: StopRule) => mean(course.map((values, s) => values[about.stops[s]![rule]]!))
  return {
    weak: estimate(weak),
    student: estimate(student),
    ceiling: estimate(ceiling),
    pgr: pgr({ ...compared, ...n, metric, sameModel: about.sameModel }),
    references: Object.fromEntries(Object.entries(about.references).map(([name, of]) => [name, estimate(of)])),
    bySeed: about.numbers.map((seed, s) => {
      const [w, st, c] = [weak, student, ceiling].map((of) => of.bySeed[s]) as [number, number, number]
      return { seed, weak: w, student: st, ceiling: c, pgr: pgrOf(w, st, c, metric.better) }
    }),
    training: about.inStep ? trainingOf(course) : null,
    stops: { last: at('last'), 'weak-validation': at('weak-validation'), oracle: at('oracle') },
  }
}

/** An interval cannot leave the range of its metric. */
export function within([least, most]: MetricVariant['range'], sample: Sample): { low: number; high: number } {
  const { low, high } = intervalOf(sample)
  return { low: Math.max(least, low), high: Math.min(most ?? Infinity, high) }
}

function trainingOf(course: readonly number[][]): NonNullable<Measured['training']> {
  const evaluations = course[0]!.map((_, e) => course.map((values) => values[e]!))
  return {
    mean: evaluations.map((seeds) => mean(seeds)),
    low: evaluations.map((seeds) => Math.min(...seeds)),
    high: evaluations.map((seeds) => Math.max(...seeds)),
  }
}
