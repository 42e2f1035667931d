import type { ParamTable } from '../spec/params'
import { ALPHA, alphaAt } from './alpha'
import { softmaxRow } from '../maths/matrix'
import { crossEntropy } from './cross-entropy'
import { defineLoss } from './loss'

const PARAMS = {
  ...ALPHA,
  alphaMax: {
    ...ALPHA.alphaMax,
    help: 'Weight of the student’s own entropy after the warm-up; 0 is naive finetuning.',
  },
} as const satisfies ParamTable

/**
 * Cross-entropy with the weak labels and the entropy of the student's own predictions, by 1 − alpha and alpha: it is drawn
 * to be sure, whichever way (arXiv 2312.09390 B; the weighting and its warm-up are those of EleutherAI/w2s@a929af0
 * loss.py). That code holds the predictions constant, so that its entropy has no gradient; here it has, as in the paper.
 */
export const entropy = defineLoss(PARAMS, {
  id: 'entropy',
  title: 'Entropy',
  help: 'The student fits the supervisor’s labels and, more and more, is to be sure of whatever it says. Leans to one class where classes are not balanced.',
  source: 'arXiv 2312.09390 B',
  schedule: {
    ...{ name: 'α', by: 'schedule', at: alphaAt },
    help: 'The loss is (1 − α) cross-entropy with the weak labels + α entropy of the own predictions.',
  },
  compute({ logits, targets, weights, progress }, params) {
    const alpha = alphaAt(progress, params)
    const { rows: n, cols: k } = logits
    const { loss, dLogits } = crossEntropy(logits, targets.data, weights)
    const p = new Float64Array(k)
    let sum = 0
    for (let r = 0; r < n; r++) {
      const logSum = softmaxRow(logits, r, p)
      const weight = weights?.[r] ?? 1
      const logOf = (c: number) => logits.data[r * k + c]! - logSum
      const own = p.reduce((h, q, c) => h - q * logOf(c), 0)
      sum += weight * own
      for (let c = 0; c < k; c++) {
        const slope = (-weight * p[c]! * (logOf(c) + own)) / n
        dLogits.data[r * k + c] = (1 - alpha) * dLogits.data[r * k + c]! + alpha * slope
      }
    }
    return { loss: (1 - alpha) * loss + (alpha * sum) / n, dLogits, extras: { alpha } }
  },
})
