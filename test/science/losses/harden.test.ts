import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LOSSES } from '../../../src-main/science/losses'
import { countsOf, hardenTo } from '../../../src-main/science/losses/harden'
import type { Matrix } from '../../../src-main/science/maths/matrix'
import torch from '../data/logconf-classes.json'
import { batchOf } from './batch'

const matrix = (rows: number[][]): Matrix => ({
  rows: rows.length,
  cols: rows[0]!.length,
  data: Float32Array.from(rows.flat()),
})
const tally = (hard: ArrayLike<number>, k: number) =>
  Array.from({ length: k }, (_, c) => Array.prototype.filter.call(hard, (h) => h === c).length)

describe('the confidence loss of more than two classes', () => {
  it.each(torch.cases)(
    'is what PyTorch has of $name',
    ({ logits, labels, threshold, alpha, loss, grad, counts, hard }) => {
      const params = { alphaMax: alpha, warmup: 0.2, schedule: 'linear', threshold }
      const got = LOSSES.logconf!.compute(batchOf(matrix(logits), matrix(labels), 1), params)
      expect(got.loss).toBeCloseTo(loss, 6)
      grad.flat().forEach((g, i) => expect(got.dLogits.data[i]).toBeCloseTo(g, 6))
      expect([...hardenTo(matrix(logits), counts)]).toEqual(hard)
      expect(got.extras).toEqual({ alpha })
    },
  )
})

describe('hardening', () => {
  it('rounds shares to whole numbers of examples, none lost', () => {
    expect(countsOf([0.5, 0.25, 0.25], 8)).toEqual([4, 2, 2])
    expect(countsOf([1 / 3, 1 / 3, 1 / 3], 8)).toEqual([3, 3, 2])
    expect(countsOf([0.98, 0.01, 0.01], 10)).toEqual([10, 0, 0])
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 2, maxLength: 20 }),
        fc.integer({ min: 1, max: 200 }),
        (weights, n) => {
          const sum = weights.reduce((a, b) => a + b)
          const counts = countsOf(
            weights.map((w) => w / sum),
            n,
          )
          expect(counts.reduce((a, b) => a + b)).toBe(n)
          counts.forEach((count, c) => expect(Math.abs(count - (n * weights[c]!) / sum)).toBeLessThan(1))
        },
      ),
    )
  })

  it('gives every class its count, and no swap of two examples would be more probable', () => {
    const batch = fc.integer({ min: 2, max: 7 }).chain((k) =>
      fc.tuple(
        fc.array(fc.array(fc.constantFrom(-3, -1, 0, 0.5, 2, 7), { minLength: k, maxLength: k }), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: k, maxLength: k }),
      ),
    )
    fc.assert(
      fc.property(batch, ([rows, weights]) => {
        const sum = weights.reduce((a, b) => a + b)
        const counts = countsOf(
          weights.map((w) => w / sum),
          rows.length,
        )
        const hard = hardenTo(matrix(rows), counts)
        expect(tally(hard, weights.length)).toEqual(counts)
        for (const [i, a] of rows.entries())
          for (const [j, b] of rows.entries()) {
            const [c, d] = [hard[i]!, hard[j]!]
            expect(a[c]! + b[d]!).toBeGreaterThanOrEqual(a[d]! + b[c]!)
          }
      }),
    )
  })

  it('of two classes is a threshold', () => {
    const rows = [3, -1, 0.5, 2, -4].map((gap) => [gap, 0])
    expect([...hardenTo(matrix(rows), [2, 3])]).toEqual([0, 1, 1, 0, 1])
  })

  it('deals a large batch of many classes without delay, and does not loop over what is no number', () => {
    const rows = Array.from({ length: 512 }, (_, i) => Array.from({ length: 20 }, (_, c) => Math.sin(i * 7.3 + c * c)))
    for (const row of rows) row[3]! += 5
    const started = performance.now()
    expect(
      tally(
        hardenTo(
          matrix(rows),
          countsOf(
            Array.from({ length: 20 }, () => 0.05),
            512,
          ),
        ),
        20,
      )[3],
    ).toBeLessThan(27)
    expect(performance.now() - started).toBeLessThan(5000)
    expect([
      ...hardenTo(
        matrix([
          [NaN, NaN],
          [NaN, NaN],
        ]),
        [1, 1],
      ),
    ]).toEqual([0, 0])
  })
})
