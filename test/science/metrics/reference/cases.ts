import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { choices } from '../../../../src-main/science/answers'
import { statisticOf, type MetricVariant } from '../../../../src-main/science/metrics/metric'
import { valueOf } from '../../../../src-main/science/metrics/statistic'

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
    if (typeof statistic !== 'function') throw new Error(`${metric.id} is told under no weights`)
    const found = [valueOf(statistic), statistic(Float64Array.from(weights))] as const
    const { plain, weighted } = values[metric.id]!
    return { name, found, expected: [plain, weighted] as const }
  })
