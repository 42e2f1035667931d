import { mean, quantile } from '../maths/statistics'
import { isSameModel } from './arm-result'
import type { MetricInfo, Metrics } from './metric'
import { pgrOf } from './pgr'
import type { ArmResult, Measured, Overall } from './result'
import { METRICS } from './variants'

/** Metric of one arm: over its seeds, and seed by seed. */
type Of = Pick<Measured, 'weak' | 'student' | 'ceiling' | 'bySeed'>
type Better = MetricInfo['better']

/** A way to make one PGR of several arms. */
interface Convention {
  title: string
  /** Null where there is none. @param arms at least one */
  of: (arms: readonly Of[], better: Better) => number | null
}

const pgrIn = ({ weak, student, ceiling }: Of, better: Better) =>
  pgrOf(weak.value, student.value, ceiling.value, better)

/** Of those that are defined; of an even number the mean of the middle pair, as numpy has it. */
function median(values: readonly (number | null)[]): number | null {
  const defined = values.filter((value) => value !== null)
  return defined.length > 0 ? quantile(Float64Array.from(defined), 0.5) : null
}

/** The conventions in use. They differ, so that none is told without its name. */
const CONVENTIONS: readonly Convention[] = [
  {
    // arXiv 2312.09390 4.2: over tasks the median of the PGRs of each, not the PGR of the medians.
    title: 'median of arms',
    of: (arms, better) => median(arms.map((arm) => pgrIn(arm, better))),
  },
  {
    // openai/weak-to-strong notebooks/Plotting.ipynb: supervisor and ceiling are means over seeds, students one by one.
    title: 'median of arms and seeds',
    of: (arms, better) =>
      median(
        arms.flatMap(({ weak, ceiling, bySeed }) =>
          bySeed.map(({ student }) => pgrOf(weak.value, student, ceiling.value, better)),
        ),
      ),
  },
  {
    // The whole gain over the whole gap: arms with large gaps count for more, and arms without one count against it.
    title: 'ratio of means of arms',
    of(arms, better) {
      const over = (role: 'weak' | 'student' | 'ceiling') => mean(arms.map((arm) => arm[role].value))
      return pgrOf(over('weak'), over('student'), over('ceiling'), better)
    },
  },
]

/**
 * PGR of every method that has several finished arms, by the conventions that papers and public code use. Without
 * intervals: arms are not drawn from anything.
 */
export function overall(results: readonly ArmResult[], metrics: Metrics = METRICS): Overall[] {
  const finished = results.filter(({ seedsDone, arm }) => seedsDone > 0 && !isSameModel(arm))
  const methods = [...new Set(finished.map(({ arm }) => arm.methodTitle))]
  return Object.values(metrics).flatMap(({ id: metric, better }) =>
    methods.flatMap((method) => {
      const arms = finished.flatMap(({ arm, measures }) =>
        arm.methodTitle === method && measures[metric] ? [measures[metric]] : [],
      )
      if (arms.length < 2) return []
      const undefinedArms = arms.filter((arm) => pgrIn(arm, better) === null).length
      const pgr = CONVENTIONS.map(({ title, of }) => ({ convention: title, value: of(arms, better) }))
      return [{ metric, method, arms: arms.length, undefinedArms, pgr }]
    }),
  )
}
