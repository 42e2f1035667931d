import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { choices } from '../../../../src-main/science/answers'
import { statisticOf, type MetricVariant } from '../../../../src-main/science/metrics/metric'
import { valueOf, type Under } from '../../../../src-main/science/metrics/statistic'

/** Answers with what scikit-learn and numpy make of them, see make.py: as they are, and under weights. */
interface Case {
  name: string
  classes: number
  truth: number[]
  /** Of the classes from 1 on, row-major. */
  probabilities: number[]
  weights: number[]
  values: Record<string, { plain: number; weighted: number }>
}

const CASES = JSON.parse(readFileSync(join(import.meta.dirname, 'metrics.json'), 'utf8')) as Case[]

/** For `it.each`: a case's name, what a metric makes of it as it is and under weights, and what the reference makes of it. */
export const beside = (metric: MetricVariant) =>
  CASES.map(({ name, classes, truth, probabilities, weights, values }) => {
    const statistic = statisticOf(metric, choices(classes, Float32Array.from(probabilities)), truth)
    if (!statistic || statistic instanceof Uint8Array) throw new Error(`${metric.id}: expected a number of the rows`)
    const found = [valueOf(statistic), underWeights(statistic, Float64Array.from(weights))] as const
    const { plain, weighted } = values[metric.id]!
    return { name, found, expected: [plain, weighted] as const }
  })

/** The weighted mean is written out here: in the product it is summed by groups. */
function underWeights(statistic: Under | Float64Array, weights: Float64Array): number {
  if (typeof statistic === 'function') return statistic(weights)
  const sum = (values: Float64Array) => values.reduce((all, value) => all + value, 0)
  return sum(statistic.map((value, i) => value * weights[i]!)) / sum(weights)
}
