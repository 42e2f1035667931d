import { describe, expect, it } from 'vitest'
import { choices } from '../../../../src-main/science/answers'
import { statisticOf } from '../../../../src-main/science/metrics/metric'
import { valueOf } from '../../../../src-main/science/metrics/statistic'
import { auroc } from '../../../../src-main/science/metrics/variants/auroc'
import { beside } from '../reference/cases'

describe('AUROC', () => {
  it.each(beside(auroc))('is what scikit-learn says: $name', ({ found, expected }) => {
    expect(found[0]).toBeCloseTo(expected[0], 12)
    expect(found[1]).toBeCloseTo(expected[1], 12)
  })

  it('has no number of one class alone', () => {
    const one = statisticOf(auroc, choices(2, Float32Array.of(0.2, 0.7)), [1, 1])!
    expect(valueOf(one)).toBeNaN()
  })
})
