import { decisions, oneHot } from '../answers'
import { bySplit, type LabelRule } from './rule'

export const hard: LabelRule = {
  id: 'hard',
  title: 'hard',
  help: 'The supervisor’s decision alone, as if it were sure of it.',
  source: 'arXiv 2312.09390 E.1',
  texts: true,
  labels: bySplit((said) => ({ targets: oneHot(decisions(said), said.options) })),
}
