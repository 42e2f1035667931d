import { describe, expect, it } from 'vitest'
import { LOSSES } from '../../../src-main/science/losses'
import { crossEntropy, mixture } from '../../../src-main/science/losses/cross-entropy'
import { defineLoss, type LossVariant } from '../../../src-main/science/losses/loss'
import type { Matrix } from '../../../src-main/science/maths/matrix'
import reference from '../data/torch-loss-cases.json'
import { batchOf } from './batch'

const matrix = (rows: number[][]): Matrix => ({
  rows: rows.length,
  cols: rows[0]!.length,
  data: Float32Array.from(rows.flat()),
})

/** Learns from two teachers, each by its share. */
const twoTeachers = defineLoss(
  { first: { type: 'number', default: 0.5, min: 0, max: 1, label: 'First', help: 'Share of the first teacher.' } },
  {
    ...{ id: 'two-teachers', title: 'Two teachers', help: 'Learns from two teachers by their shares.', source: '' },
    compute({ logits, weights, teachers }, { first }) {
      return { ...crossEntropy(logits, mixture(teachers!, [first, 1 - first]), weights), extras: {} }
    },
  },
)
const losses: Readonly<Record<string, LossVariant>> = { ...LOSSES, [twoTeachers.id]: twoTeachers }

describe.each(reference.batches)('PyTorch on $name', ({ name, logits, labels, other, weights }) => {
  const cases = reference.cases.filter(({ batch }) => batch === name)

  it.each(cases)('$loss at $progress, weighted: $weighted, $params', (wanted) => {
    const more = {
      teachers: [labels, other].map(matrix),
      ...(wanted.weighted && { weights: Float32Array.from(weights) }),
    }
    const batch = batchOf(matrix(logits), matrix(labels), wanted.progress, more)
    const { loss, dLogits } = losses[wanted.loss]!.compute(batch, wanted.params)
    expect(loss).toBeCloseTo(wanted.value, 12)
    wanted.gradient.flat().forEach((g, i) => expect(dLogits.data[i]).toBeCloseTo(g, 7))
  })
})
