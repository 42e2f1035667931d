import type { Decision } from '../answers'

/**
 * Share of decisions that equal the labels, in [0, 1]; NaN of no examples.
 * @throws RangeError when there are not as many labels as decisions
 */
export function accuracy(decisions: ArrayLike<Decision>, labels: ArrayLike<Decision>): number {
  if (decisions.length !== labels.length) {
    throw new RangeError(`accuracy: expected ${decisions.length} labels, got ${labels.length}`)
  }
  let count = 0
  for (let i = 0; i < decisions.length; i++) if (decisions[i] === labels[i]) count++
  return count / decisions.length
}

/** Which decisions are right: 1 of every one that equals the truth, else 0. */
export function right(decisions: ArrayLike<Decision>, truth: ArrayLike<Decision>): Uint8Array {
  return Uint8Array.from(decisions, (decision, i) => (decision === truth[i] ? 1 : 0))
}
