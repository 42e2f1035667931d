import { crossEntropy } from './cross-entropy'
import { defineLoss } from './loss'

/** Cross-entropy with the given labels: the paper's naive finetuning. */
export const xent = defineLoss(
  {},
  {
    id: 'xent',
    title: 'Cross-entropy',
    help: 'Fit the given labels, soft or hard, as they are.',
    source: 'arXiv 2312.09390 3.1',
    method: {
      id: 'naive',
      title: 'Naive',
      help: 'The student fits the supervisor’s labels as they are. The baseline of every comparison.',
    },
    texts: true,
    compute: ({ logits, targets, weights }) => ({ ...crossEntropy(logits, targets.data, weights), extras: {} }),
  },
)
