import { meanOf, type Choices } from '../answers'
import type { Matrix } from '../maths/matrix'
import { eachSplit, type BySplit, type LabelRule, type Labels } from './rule'

/** Labels with what each of several supervisors would have them be; `weights` are 1 on average. */
export interface LabelSet extends Labels {
  /** By the same rule, of each supervisor alone, [n, options] like the targets; not given of a single one. */
  teachers?: readonly Matrix[]
}

/**
 * The labels that supervisors give together, by a rule that sees the mean of what they say.
 * @param said what each of them says of the same examples; one at least
 * @throws Error where the weights of a rule are none
 */
export function labelsBy(rule: LabelRule, said: readonly BySplit<Choices>[]): BySplit<LabelSet> {
  const together = rule.labels(eachSplit((split) => meanOf(said.map((one) => one[split]))))
  const alone = said.length > 1 ? said.map((one) => rule.labels(one)) : null
  return eachSplit((split) => {
    const { targets, weights } = together[split]
    return {
      targets,
      ...(weights && { weights: toMeanOne(weights, `weights of ${split} by "${rule.id}"`) }),
      ...(alone && { teachers: alone.map((one) => one[split].targets) }),
    }
  })
}

/** Weights in the same proportions, 1 on average: so a loss stays as large as without them. */
function toMeanOne(weights: Float32Array, what: string): Float32Array {
  const sum = weights.reduce((a, b) => a + b, 0)
  if (weights.some((w) => !(w >= 0)) || !(sum > 0 && sum < Infinity))
    throw new Error(
      `${what}: expected numbers of at least 0, not all of them 0, got ${weights.slice(0, 5).join(', ')} …`,
    )
  return weights.map((w) => (w * weights.length) / sum)
}
