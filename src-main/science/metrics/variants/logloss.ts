import { count, probability } from '../../answers'
import type { MetricVariant } from '../metric'

/**
 * The least that a probability counts: what single precision, in which answers are stored, cannot tell from 0 beside 1.
 * One example that a model calls impossible costs 16.6 nats, not all there are.
 */
const LEAST = 2 ** -24

export const logloss: MetricVariant = {
  id: 'logloss',
  title: 'Log loss',
  short: 'log loss',
  help: 'Mean negative logarithm of the probability of the true class, in nats; a probability counts at least 2^-24.',
  source: 'Good 1952, J. R. Stat. Soc. B 14',
  better: 'less',
  range: [0, null],
  needs: 'probabilities',
  unit: 'number',
  of(answers, truth) {
    // A probability that rounding has put above 1 is 1.
    const certain = (i: number) => Math.min(1, Math.max(LEAST, probability(answers, i, truth[i]!)))
    return Float64Array.from({ length: count(answers) }, (_, i) => -Math.log(certain(i)))
  },
}
