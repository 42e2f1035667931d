import { describe, expect, it } from 'vitest'
import {
  covariance,
  deviation,
  mean,
  median,
  quantile,
  quantiles,
  studentQuantile,
} from '../../src-main/science/maths/statistics'

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
    expect(quantiles(values, [0.025, 0.9])).toEqual([quantile(values, 0.025), quantile(values, 0.9)])
    expect([...values]).toEqual([3, 1, 4, 1.5, 9])
  })

  it('takes the mean, the sample deviation and a median that is one of the values', () => {
    expect(mean([1, 2, 6])).toBe(3)
    expect(mean([])).toBeNaN()
    expect(deviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12)
    expect(deviation([7])).toBe(0)
    expect([median([9, 1, 5]), median([4, 1, 3, 2])]).toEqual([5, 2])
  })

  it('takes the sample covariance', () => {
    expect(covariance([1, 2, 6], [2, 1, 9])).toBeCloseTo(11, 12)
    expect(covariance([1], [2])).toBe(0)
  })

  // scipy.stats.t.ppf
  it.each([
    [1, 12.706205, 6.313752],
    [1.3, 7.500529, 4.333339],
    [2, 4.302653, 2.919986],
    [4, 2.776445, 2.131847],
    [5.5, 2.501859, 1.975278],
    [45, 2.014103, 1.679427],
    [200, 1.971896, 1.652508],
  ])('knows Student’s t with %f degrees of freedom', (freedom, wide, narrow) => {
    expect(studentQuantile(0.05, freedom) / wide).toBeCloseTo(1, 4)
    expect(studentQuantile(0.1, freedom) / narrow).toBeCloseTo(1, 4)
  })

  it('knows the normal as Student’s t with very many, and none with less than one', () => {
    expect(studentQuantile(0.05, 1e9)).toBeCloseTo(1.96, 1)
    expect(() => studentQuantile(0.05, 0.5)).toThrow('expected at least 1 degree of freedom, got 0.5')
  })
})
