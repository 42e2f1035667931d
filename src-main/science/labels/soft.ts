import { distributions } from '../answers'
import { bySplit, type LabelRule } from './rule'

export const soft: LabelRule = {
  id: 'soft',
  title: 'soft',
  help: 'The supervisor’s probabilities as they are; of texts, as with hard labels, what it wrote.',
  source: 'arXiv 2312.09390 3.2',
  texts: true,
  labels: bySplit((said) => ({ targets: distributions(said) })),
}
