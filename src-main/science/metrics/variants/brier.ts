import { count, probability } from '../../answers'
import type { MetricVariant } from '../metric'

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
    const squares = (i: number) => {
      let sum = 0
      for (let c = 0; c < answers.options; c++) sum += (probability(answers, i, c) - (truth[i] === c ? 1 : 0)) ** 2
      return sum
    }
    return Float64Array.from({ length: count(answers) }, (_, i) => squares(i))
  },
}
