import { softmaxInPlace, softmaxRow } from '../maths/matrix'
import { crossEntropy } from './cross-entropy'
import { defineLoss } from './loss'

const power = { type: 'number', default: 1, min: 0, max: 10, source: 'openai/weak-to-strong loss.py' } as const

/**
 * Cross-entropy with the product of the weak label and the student's own prediction, p^beta · y^alpha normalised over the
 * classes and held constant. openai/weak-to-strong@6b450f2 loss.py, `product_loss_fn`; taken in logarithms, so that no
 * product underflows.
 */
export const product = defineLoss(
  {
    alpha: {
      ...power,
      label: 'Power of the weak label',
      help: 'How much the supervisor’s probabilities count; at 0 the student is left to itself.',
    },
    beta: {
      ...power,
      label: 'Power of the own prediction',
      help: 'How much the student’s own probabilities count; at 0, with a weak label to the power of 1, this is naive finetuning.',
    },
  },
  {
    id: 'product',
    title: 'Product',
    help: 'The student fits the product of the supervisor’s label and its own prediction. Hard labels make it naive finetuning.',
    source: 'arXiv 2312.09390 B',
    compute({ logits, targets, weights }, { alpha, beta }) {
      const k = logits.cols
      const product = new Float64Array(targets.data.length)
      const p = new Float64Array(k)
      for (let r = 0; r < logits.rows; r++) {
        const logSum = softmaxRow(logits, r, p)
        const row = product.subarray(r * k, (r + 1) * k)
        for (let c = 0; c < k; c++) {
          const own = logits.data[r * k + c]! - logSum
          row[c] = beta * own + (alpha === 0 ? 0 : alpha * Math.log(targets.data[r * k + c]!))
        }
        softmaxInPlace(row)
      }
      return { ...crossEntropy(logits, product, weights), extras: {} }
    },
  },
)
