import { describe, expect, it } from 'vitest'
import { deviation, mean, median, quantile } from '../../src-main/science/statistics'

describe('statistics', () => {
  it('takes quantiles between order statistics, as numpy.quantile does by default', () => {
    const values = Float64Array.from([3, 1, 4, 1.5, 9])
    const expected = [
      [0, 1],
      [0.025, 1.05],
      [0.3, 1.8],
      [0.5, 3],
      [0.9, 7],
      [1, 9],
    ] as const
    for (const [q, x] of expected) expect(quantile(values, q)).toBeCloseTo(x, 12)
    expect([...values]).toEqual([3, 1, 4, 1.5, 9])
  })

  it('takes the mean, the sample deviation and a median that is one of the values', () => {
    expect(mean([1, 2, 6])).toBe(3)
    expect(mean([])).toBeNaN()
    expect(deviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12)
    expect(deviation([7])).toBe(0)
    expect([median([9, 1, 5]), median([4, 1, 3, 2])]).toEqual([5, 2])
  })
})
