import { deviation } from '../statistics'
import { interval } from './bootstrap'
import type { Pgr } from './result'

/** How the seeds are put together; printed wherever a PGR is. */
export const PGR_CONVENTION = 'ratio of means over seeds'

/** Performance gap recovered of three accuracies; null when the ceiling is not above the supervisor. */
export function pgrOf(weak: number, student: number, ceiling: number): number | null {
  return ceiling > weak ? (student - weak) / (ceiling - weak) : null
}

export interface PgrInputs {
  /** Mean accuracies over the seeds. */
  weak: number
  student: number
  ceiling: number
  /** The same of every resample, drawn together. */
  replicates: { weak: Float64Array; student: Float64Array; ceiling: Float64Array }
  seeds: number
  examples: number
  /** Whether supervisor and student are one and the same model. */
  sameModel: boolean
}

/**
 * PGR (arXiv 2312.09390 3.1) with its 95 % bootstrap interval. Below 0 and above 1 are results like any other. A value
 * whose gap is less than twice its standard error comes with a warning: such a ratio says little.
 */
export function pgr(inputs: PgrInputs): Pgr {
  const { weak, student, ceiling, replicates, seeds, examples } = inputs
  const common = { gap: ceiling - weak, seeds, examples, convention: PGR_CONVENTION }
  const value = pgrOf(weak, student, ceiling)
  if (value === null) {
    const reason = `The ceiling (${percent(ceiling)}) is not above the supervisor (${percent(weak)}): there is no gap to recover.`
    return { defined: false, reason, ...common }
  }
  const gaps = replicates.ceiling.map((c, i) => c - replicates.weak[i]!)
  const ratios = gaps.map((gap, i) => (gap > 0 ? (replicates.student[i]! - replicates.weak[i]!) / gap : NaN))
  const { low, high } = interval(ratios)
  if (Number.isNaN(low)) {
    return { defined: false, reason: 'In no resample is the ceiling above the supervisor.', ...common }
  }
  return { defined: true, value, low, high, warning: warningOf(inputs, common.gap, gaps), ...common }
}

function warningOf({ sameModel }: PgrInputs, gap: number, gaps: Float64Array): string | null {
  const error = deviation(gaps)
  const without = gaps.filter((g) => !(g > 0)).length / gaps.length
  const warnings = [
    sameModel && 'Supervisor and student are the same model: the gap comes from their data and chance alone.',
    gap < 2 * error &&
      `The gap (${percent(gap)}) is less than twice its standard error (${percent(error)}): read the interval, not the value.`,
    without > 0.025 &&
      `The interval leaves out the ${percent(without)} of the resamples in which the ceiling is not above the supervisor.`,
  ].filter((w) => w !== false)
  return warnings.length > 0 ? warnings.join(' ') : null
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
