import type { MetricInfo } from './metric'
import type { Pgr } from './result'
import { errorOf, minus, negative, percentiles, ratio, reach, type Ratio, type Sample } from './sample'

/** How the seeds are put together; printed wherever a PGR is. */
export const PGR_CONVENTION = 'ratio of means over seeds'

/** A ratio that is known no better than this says little; 1 is the whole gap. */
const WIDEST = 2

/** Of which metric a ratio is: what is better of it, and how it is told. */
export type Kind = Pick<MetricInfo, 'better' | 'unit'>

/** Performance gap recovered of a metric of the three models; null when the ceiling is not better than the supervisor. */
export function pgrOf(weak: number, student: number, ceiling: number, better: Kind['better']): number | null {
  const gap = better === 'more' ? ceiling - weak : weak - ceiling
  return gap > 0 ? (student - weak) / (ceiling - weak) : null
}

/** A metric of the three models, drawn alike. */
export interface Compared {
  weak: Sample
  student: Sample
  ceiling: Sample
}

/** By how much the student, and by how much the ceiling, is better than the supervisor. */
function gains({ weak, student, ceiling }: Compared, better: Kind['better']): { student: Sample; ceiling: Sample } {
  const gain = (of: Sample) => (better === 'more' ? minus(of, weak) : negative(minus(of, weak)))
  return { student: gain(student), ceiling: gain(ceiling) }
}

/** PGR of an arm as a ratio of samples; null where the ceiling is not better than the supervisor. */
export function pgrRatio(compared: Compared, better: Kind['better']): Ratio | null {
  const { student, ceiling } = gains(compared, better)
  return ceiling.value > 0 ? ratio(student, ceiling) : null
}

export interface PgrInputs extends Compared {
  metric: Kind
  seeds: number
  examples: number
  /** Whether supervisor and student are one and the same model. */
  sameModel: boolean
}

/**
 * PGR (arXiv 2312.09390 3.1) with its 95 % bootstrap interval. Below 0 and above 1 are results like any other. One whose
 * confidence set by Fieller is unbounded or wider than 2 comes with a warning: such a ratio says little. Of a metric of
 * which less is better the formula is the same; its gap is told as what the ceiling is better by.
 */
export function pgr(inputs: PgrInputs): Pgr {
  const { weak, ceiling, metric, seeds, examples } = inputs
  const gap = gains(inputs, metric.better).ceiling
  const common = { gap: gap.value, seeds, examples, convention: PGR_CONVENTION }
  const found = pgrRatio(inputs, metric.better)
  const say = told(metric)
  if (!found) {
    const reason = `The ceiling (${say(ceiling.value)}) is not ${side(metric)} the supervisor (${say(weak.value)}): there is no gap to recover.`
    return { defined: false, reason, ...common }
  }
  const replicates = found.widened(reach(found.linear))
  const { low, high } = percentiles(replicates)
  if (Number.isNaN(low))
    return { defined: false, reason: `In no resample is the ceiling ${side(metric)} the supervisor.`, ...common }
  return { defined: true, value: found.value, low, high, warning: warningOf(inputs, gap, found, replicates), ...common }
}

function warningOf(
  { sameModel, metric }: PgrInputs,
  gap: Sample,
  { fieller }: Ratio,
  replicates: Float64Array,
): string | null {
  const say = told(metric)
  const found = `The gap (${say(gap.value)}, standard error ${say(errorOf(gap))})`
  const without = replicates.filter(Number.isNaN).length / replicates.length
  const warnings: string[] = []
  if (sameModel)
    warnings.push('Supervisor and student are the same model: the gap comes from their data and chance alone.')
  if (!fieller) warnings.push(`${found} may be none: the ratio has no bounds (Fieller).`)
  else if (fieller.high - fieller.low > WIDEST)
    warnings.push(
      `${found} is too small for a ratio: it may be anything from ${two(fieller.low)} to ${two(fieller.high)} (Fieller).`,
    )
  if (without > 0.025)
    warnings.push(
      `The interval leaves out the ${percent(without)} of the resamples in which the ceiling is not ${side(metric)} the supervisor.`,
    )
  return warnings.length > 0 ? warnings.join(' ') : null
}

/** On which side of the supervisor a better model stands. */
const side = ({ better }: Kind) => (better === 'more' ? 'above' : 'below')
const told = ({ unit }: Kind) => (unit === 'percent' ? percent : (value: number) => value.toFixed(3))
const percent = (share: number) => `${(share * 100).toFixed(1)} %`
const two = (ratio: number) => ratio.toFixed(2).replace('-', '−')
