import { describe, expect, it } from 'vitest'
import { ece } from '../../../../src-main/science/metrics/variants/ece'
import { beside } from '../reference/cases'

describe('the calibration error', () => {
  it.each(beside(ece))('is what numpy makes of its definition: $name', ({ found, expected }) => {
    expect(found[0]).toBeCloseTo(expected[0], 12)
    expect(found[1]).toBeCloseTo(expected[1], 12)
  })
})
