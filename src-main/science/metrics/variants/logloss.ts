import { count, probability } from '../../answers'
import type { MetricVariant } from '../metric'
import { nats } from '../nats'

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
    return Float64Array.from({ length: count(answers) }, (_, i) => nats(probability(answers, i, truth[i]!)))
  },
}
