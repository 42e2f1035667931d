import { describe, expect, it } from 'vitest'
import { brier } from '../../../../src-main/science/metrics/variants/brier'
import { beside } from '../reference/cases'

describe('the Brier score', () => {
  it.each(beside(brier))('is what scikit-learn says: $name', ({ found, expected }) => {
    expect(found[0]).toBeCloseTo(expected[0], 12)
    expect(found[1]).toBeCloseTo(expected[1], 12)
  })
})
