import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { grouped, kept, smoothed, within, type Columns } from '../../src-main/science/curves'

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const column = (values: number[]): Columns => ({ step: values.map((_, i) => i), value: values })

describe('the moving average', () => {
  test('is the mean of all points so far, weighted by how long ago they were', () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 40 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (values, weight) => {
          const got = smoothed(values, weight)
          for (const t of values.keys()) {
            const weights = values.slice(0, t + 1).map((_, i) => weight ** (t - i))
            const total = weights.reduce((a, b) => a + b)
            const expected = weights.reduce((sum, w, i) => sum + w * values[i]!, 0) / total
            expect(got[t]).toBeCloseTo(expected, 6 - Math.ceil(Math.log10(1 + Math.max(...values.map(Math.abs)))))
          }
        },
      ),
    )
  })
  test('begins at the first value, and leaves a level as it is', () => {
    expect(smoothed([5, 5, 5], 0.99).map((v) => v.toFixed(9))).toEqual(['5.000000000', '5.000000000', '5.000000000'])
  })
  test('passes over what is not a number, and shows it', () => {
    const got = smoothed([1, NaN, 3], 0.5)
    expect(got[1]).toBeNaN()
    expect(got[2]).toBeCloseTo((0.5 * 1 + 3) / 1.5, 12)
  })
  test('with no weight is the curve', () => {
    expect(smoothed([3, 1, 2], 0)).toEqual([3, 1, 2])
  })
})

describe('a group', () => {
  const three = [column([1, 4]), column([2, 4]), column([3, 4])]
  test('has the mean and its interval by Student’s t', () => {
    const { value, low, high, n } = grouped(three, 'mean-t')
    // t of 2 degrees of freedom at 95 %: 4.302653; deviation 1.
    const half = 4.302653 / Math.sqrt(3)
    expect(value).toEqual([2, 4])
    expect(low[0]).toBeCloseTo(2 - half, 4)
    expect(high[0]).toBeCloseTo(2 + half, 4)
    expect([low[1], high[1]]).toEqual([4, 4])
    expect(n).toEqual([3, 3])
  })
  test('has no interval of two, and no range of one', () => {
    expect(grouped(three.slice(1), 'mean-t')).toMatchObject({ value: [2.5, 4], low: [NaN, NaN], high: [NaN, NaN] })
    expect(grouped(three.slice(1), 'mean-range')).toMatchObject({ low: [2, 4], high: [3, 4] })
    expect(grouped(three.slice(2), 'median-range')).toMatchObject({ value: [3, 4], low: [NaN, NaN] })
  })
  test('has mean or median, from least to most', () => {
    const skewed = [column([1]), column([2]), column([9]), column([4])]
    expect(grouped(skewed, 'mean-range')).toMatchObject({ value: [4], low: [1], high: [9] })
    expect(grouped(skewed, 'median-range')).toMatchObject({ value: [3], low: [1], high: [9] })
    expect(grouped(skewed.slice(0, 3), 'median-range').value).toEqual([2])
  })
  test('says of how many trainings each step is', () => {
    const short = { step: [0, 2], value: [1, 3] }
    const long = { step: [0, 1, 2, 3], value: [3, 5, 7, 9] }
    expect(grouped([short, long], 'mean-range')).toEqual({
      step: [0, 1, 2, 3],
      value: [2, 5, 5, 9],
      n: [2, 1, 2, 1],
      low: [1, NaN, 3, NaN],
      high: [3, NaN, 7, NaN],
    })
  })
  test('is not a number where one of it is not', () => {
    expect(grouped([column([1, NaN]), column([2, 2])], 'mean-t').value).toEqual([1.5, NaN])
  })
  test('does not go by the order of its trainings', () => {
    const curves = fc.array(fc.array(value, { maxLength: 6 }).map(column), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(curves, (all) => {
        const [one, other] = [grouped(all, 'median-range'), grouped(all.toReversed(), 'median-range')]
        expect(one).toEqual(other)
      }),
    )
  })
})

describe('a curve that is thinned', () => {
  test('keeps first, last, lowest and highest of every column in every stretch', () => {
    const some = fc.oneof(value, fc.constant(NaN))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(some, some), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 20 }),
        (rows, count) => {
          const step = rows.map((_, i) => 3 * i)
          const columns = [0, 1].map((c) => rows.map((row) => row[c]!))
          const { index, bucket } = kept(step, columns, count)
          expect(index).toEqual([...new Set(index)].sort((a, b) => a - b))
          expect(index.length).toBeLessThanOrEqual(8 * count)
          const stretches = new Map<number, number[]>()
          for (const [i, at] of step.entries()) {
            const b = Math.floor(at / bucket)
            stretches.set(b, [...(stretches.get(b) ?? []), i])
          }
          for (const inside of stretches.values()) {
            const shown = inside.filter((i) => index.includes(i))
            expect([shown[0], shown.at(-1)]).toEqual([inside[0], inside.at(-1)])
            for (const column of columns) {
              const numbers = (at: number[]) => at.map((i) => column[i]!).filter((v) => !Number.isNaN(v))
              expect(Math.min(...numbers(shown))).toBe(Math.min(...numbers(inside)))
              expect(Math.max(...numbers(shown))).toBe(Math.max(...numbers(inside)))
              expect(numbers(shown).length < shown.length).toBe(numbers(inside).length < inside.length)
            }
          }
        },
      ),
    )
  })
  test('is whole where it is short', () => {
    expect(kept([0, 1, 2], [[5, 6, 7]], 1)).toEqual({ index: [0, 1, 2], bucket: 1 })
  })
  test('within a stretch has its neighbours', () => {
    const step = [0, 10, 20, 30, 40]
    expect(within(step, 12, 28)).toEqual([1, 4])
    expect(within(step, 21, 22)).toEqual([2, 4])
    expect(within(step, -Infinity, Infinity)).toEqual([0, 5])
    expect(within(step, 50, 60)).toEqual([4, 5])
    expect(within([], 0, 1)).toEqual([0, 0])
  })
})
