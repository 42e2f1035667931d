import type { Matrix } from '../maths/matrix'
import type { ParamTable, Values } from '../spec/params'
import { quantile } from '../maths/statistics'
import { ALPHA, alphaAt } from './alpha'
import { crossEntropy, firstClass } from './cross-entropy'
import { countsOf, hardenTo } from './harden'
import { defineLoss, type LossBatch, type Mixed } from './loss'

const PARAMS = {
  ...ALPHA,
  threshold: {
    type: 'choice',
    default: 'weak-mean',
    label: 'Threshold',
    source: 'arXiv 2312.09390 A.4, footnote 7',
    help: 'How many of the student’s predictions in a batch harden to each class: of two classes by a threshold on class 0, of more so that they are most probable together.',
    options: [
      { value: 'weak-mean', label: 'weak labels', help: 'As many as the weak labels of the batch give to it.' },
      {
        value: 'half',
        label: 'half',
        help: 'Exactly half the batch, of more classes the same share for each, whatever the labels say.',
      },
    ],
  },
} as const satisfies ParamTable

/** Hardened class of each example of a two-class batch, and the probability of class 0 from which on it is class 0. */
function hardenPair(p0: Float64Array, targets: Matrix, rule: string): { hard: Uint8Array; threshold: number } {
  const n = p0.length
  if (rule === 'half') {
    // Ranked, not thresholded, so that ties cannot make it more or less than half; the odd one goes to class 0.
    const ranked = Array.from(p0.keys()).sort((a, b) => p0[b]! - p0[a]! || a - b)
    const zero = ranked.slice(0, Math.ceil(n / 2))
    const hard = new Uint8Array(n).fill(1)
    for (const i of zero) hard[i] = 0
    return { hard, threshold: p0[zero.at(-1)!]! }
  }
  let mean1 = 0
  for (let i = 0; i < n; i++) mean1 += targets.data[i * 2 + 1]! / n
  const threshold = quantile(p0, mean1)
  return { hard: Uint8Array.from(p0, (p) => (p >= threshold ? 0 : 1)), threshold }
}

/** What share of a batch hardens to each class. */
function sharesOf({ rows, cols, data }: Matrix, rule: string): number[] {
  const shares = Array.from({ length: cols }, () => (rule === 'half' ? 1 / cols : 0))
  if (rule !== 'half') for (let i = 0; i < data.length; i++) shares[i % cols]! += data[i]! / rows
  return shares
}

/** Targets of a batch: (1 − alpha) · weak label + alpha · own answer, hardened by the rule of the threshold. */
function mix(
  { logits, targets, progress }: Pick<LossBatch, 'logits' | 'targets' | 'progress'>,
  { threshold: rule, ...schedule }: Values<typeof PARAMS>,
): Mixed {
  const alpha = alphaAt(progress, schedule)
  const k = logits.cols
  const pair = k === 2 ? hardenPair(firstClass(logits), targets, rule) : null
  const own = pair?.hard ?? hardenTo(logits, countsOf(sharesOf(targets, rule), logits.rows))
  const mixed = Float64Array.from(targets.data, (label, i) => {
    const said = own[Math.floor(i / k)] === i % k ? 1 : 0
    return (1 - alpha) * label + alpha * said
  })
  return { targets: mixed, own, alpha, threshold: pair?.threshold ?? null }
}

/**
 * The paper's auxiliary confidence loss (arXiv 2312.09390 A.4): cross-entropy with (1 − alpha) · weak label +
 * alpha · the student's own hardened prediction. As in the published code, the threshold for hardening is the quantile
 * of P(class 0) in the batch at the mean of the weak labels for class 1, so that hardening keeps their class balance.
 * With more than two classes, for which the code has no rule, hardening keeps the shares of all of them, computed from the
 * weak predictions as footnote 7 of the paper has it for settings that are not binary.
 */
export const logconf = defineLoss(PARAMS, {
  id: 'logconf',
  title: 'Confidence',
  help: 'Weak labels mixed with the student’s own hardened predictions, so that it may disagree with its supervisor.',
  source: 'arXiv 2312.09390 A.4',
  method: {
    id: 'confidence',
    help: 'The student fits the supervisor’s labels and, more and more, its own confident predictions. Helps most where the gap is large; may harm where it is small.',
    source: 'arXiv 2312.09390 4.3.2, A.4',
  },
  schedule: {
    ...{ name: 'α', by: 'schedule', at: alphaAt },
    help: 'Targets are (1 − α) weak label + α own hardened prediction.',
  },
  mix,
  compute({ logits, targets, weights, progress }, params) {
    const { targets: mixed, alpha, threshold } = mix({ logits, targets, progress }, params)
    const extras = { alpha, ...(threshold !== null && { threshold }) }
    return { ...crossEntropy(logits, mixed, weights), extras }
  },
})
