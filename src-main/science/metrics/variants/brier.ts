import { count, distribution } from '../../answers'
import type { MetricVariant } from '../metric'
import { meanOf } from '../statistic'

export const brier: MetricVariant = {
  id: 'brier',
  title: 'Brier score',
  short: 'Brier score',
  help: 'Mean square of the difference between probabilities and truth, summed over all classes: 0 of the certain and right, 2 of the certain and wrong.',
  source: 'Brier 1950, Monthly Weather Review 78',
  better: 'less',
  range: [0, 2],
  needs: 'probabilities',
  unit: 'number',
  of(answers, truth) {
    const squares = (i: number) =>
      distribution(answers, i).reduce((sum, p, c) => sum + (p - (truth[i] === c ? 1 : 0)) ** 2, 0)
    return meanOf(Float64Array.from({ length: count(answers) }, (_, i) => squares(i)))
  },
}
