import { crossEntropy } from '../../src-main/science/losses/cross-entropy'
import { defineLoss } from '../../src-main/science/losses/loss'

/** Cross-entropy with smoothed labels (Szegedy et al. 2016, arXiv 1512.00567 7): a test adds it to the map of losses. */
export const smooth = defineLoss(
  {
    amount: {
      ...{ type: 'number', default: 0.1, min: 0, max: 1 },
      ...{ label: 'Amount', help: 'What share of a label is given to all classes alike.' },
    },
  },
  {
    ...{ id: 'smooth', title: 'Smoothed', help: 'Labels that are a little less sure.', source: 'arXiv 1512.00567 7' },
    version: 2,
    compute({ logits, targets }, { amount }) {
      const smoothed = targets.data.map((t) => (1 - amount) * t + amount / logits.cols)
      return { ...crossEntropy(logits, smoothed), extras: {} }
    },
  },
)
