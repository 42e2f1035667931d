import type { Pgr } from './result'
import { errorOf, minus, percentiles, ratio, reach, type Ratio, type Sample } from './sample'

/** How the seeds are put together; printed wherever a PGR is. */
export const PGR_CONVENTION = 'ratio of means over seeds'

/** A ratio that is known no better than this says little; 1 is the whole gap. */
const WIDEST = 2

/** Performance gap recovered of three accuracies; null when the ceiling is not above the supervisor. */
export function pgrOf(weak: number, student: number, ceiling: number): number | null {
  return ceiling > weak ? (student - weak) / (ceiling - weak) : null
}

/** Accuracies of the three models, drawn alike. */
export interface Accuracies {
  weak: Sample
  student: Sample
  ceiling: Sample
}

/** PGR of an arm as a ratio of samples; null where the ceiling is not above the supervisor. */
export function pgrRatio({ weak, student, ceiling }: Accuracies): Ratio | null {
  return ceiling.value > weak.value ? ratio(minus(student, weak), minus(ceiling, weak)) : null
}

export interface PgrInputs extends Accuracies {
  seeds: number
  examples: number
  /** Whether supervisor and student are one and the same model. */
  sameModel: boolean
}

/**
 * PGR (arXiv 2312.09390 3.1) with its 95 % bootstrap interval. Below 0 and above 1 are results like any other. One whose
 * confidence set by Fieller is unbounded or wider than 2 comes with a warning: such a ratio says little.
 */
export function pgr(inputs: PgrInputs): Pgr {
  const { weak, student, ceiling, seeds, examples } = inputs
  const common = { gap: ceiling.value - weak.value, seeds, examples, convention: PGR_CONVENTION }
  const found = pgrRatio({ weak, student, ceiling })
  if (!found) {
    const reason = `The ceiling (${percent(ceiling.value)}) is not above the supervisor (${percent(weak.value)}): there is no gap to recover.`
    return { defined: false, reason, ...common }
  }
  const replicates = found.widened(reach(found.linear))
  const { low, high } = percentiles(replicates)
  if (Number.isNaN(low))
    return { defined: false, reason: 'In no resample is the ceiling above the supervisor.', ...common }
  return { defined: true, value: found.value, low, high, warning: warningOf(inputs, found, replicates), ...common }
}

function warningOf(
  { sameModel, weak, ceiling }: PgrInputs,
  { fieller }: Ratio,
  replicates: Float64Array,
): string | null {
  const gap = minus(ceiling, weak)
  const told = `The gap (${percent(gap.value)}, standard error ${percent(errorOf(gap))})`
  const without = replicates.filter(Number.isNaN).length / replicates.length
  const warnings: string[] = []
  if (sameModel)
    warnings.push('Supervisor and student are the same model: the gap comes from their data and chance alone.')
  if (!fieller) warnings.push(`${told} may be none: the ratio has no bounds (Fieller).`)
  else if (fieller.high - fieller.low > WIDEST)
    warnings.push(
      `${told} is too small for a ratio: it may be anything from ${two(fieller.low)} to ${two(fieller.high)} (Fieller).`,
    )
  if (without > 0.025)
    warnings.push(
      `The interval leaves out the ${percent(without)} of the resamples in which the ceiling is not above the supervisor.`,
    )
  return warnings.length > 0 ? warnings.join(' ') : null
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`
const two = (ratio: number) => ratio.toFixed(2).replace('-', '−')
