import { crossEntropy } from './cross-entropy'
import type { LossVariant } from './loss'

/** Cross-entropy with the given labels: the paper's naive finetuning. */
export const xent: LossVariant = {
  id: 'xent',
  title: 'Cross-entropy',
  help: 'Fit the given labels, soft or hard, as they are.',
  source: 'arXiv 2312.09390 3.1',
  params: {},
  compute: (logits, targets) => ({ ...crossEntropy(logits, targets.data), extras: {} }),
}
