import { describe, expect, it } from 'vitest'
import { choices } from '../../../../src-main/science/answers'
import { statisticOf } from '../../../../src-main/science/metrics/metric'
import { valueOf } from '../../../../src-main/science/metrics/statistic'
import { logloss } from '../../../../src-main/science/metrics/variants/logloss'
import { beside } from '../reference/cases'

describe('log loss', () => {
  it.each(beside(logloss))('is what scikit-learn says: $name', ({ found, expected }) => {
    expect(found[0]).toBeCloseTo(expected[0], 12)
    expect(found[1]).toBeCloseTo(expected[1], 12)
  })

  it('stays finite where the truth was called impossible', () => {
    const certain = statisticOf(logloss, choices(2, Float32Array.of(1, 0)), [0, 0])!
    expect(valueOf(certain)).toBeCloseTo((24 * Math.LN2) / 2, 12)
  })
})
