import { decisions } from '../../answers'
import { right } from '../accuracy'
import type { MetricVariant } from '../metric'

export const accuracy: MetricVariant = {
  id: 'accuracy',
  title: 'Accuracy',
  short: 'accuracy',
  help: 'Share of the decisions that are right; of texts, of those that are what was to follow, to the letter.',
  source: 'arXiv 2312.09390 3.1',
  better: 'more',
  range: [0, 1],
  needs: 'decisions',
  unit: 'percent',
  of: (answers, truth) => right(decisions(answers), truth),
}
