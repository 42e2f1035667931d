import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluationSteps, lrAt, stepCount } from '../../src-main/science/schedule'

describe('stepCount', () => {
  it.each([
    [10_000, 2, 32, 625],
    [1000, 10, 32, 312],
    [1000, 1, 32, 31],
    [30, 0.1, 3, 1],
    [3, 0.1, 32, 1],
    [320, 0.7, 32, 7],
  ])('%i examples, %f epochs, batch %i: %i steps', (examples, epochs, batch, steps) => {
    expect(stepCount(examples, { epochs, batch })).toBe(steps)
  })
})

describe('lrAt', () => {
  it('falls from lr to 0 along a cosine', () => {
    const at = (step: number) => lrAt(step, 625, { lr: 5e-5, schedule: 'cosine' })
    expect(at(0)).toBe(5e-5)
    expect(at(312.5)).toBeCloseTo(2.5e-5, 18)
    expect(at(625)).toBe(0)
    // CosineAnnealingLR of the published code: lr (1 + cos(pi t / n)) / 2
    expect(at(100)).toBeCloseTo((5e-5 * (1 + Math.cos((Math.PI * 100) / 625))) / 2, 18)
  })

  it('falls in a straight line, or not at all', () => {
    expect([0, 5, 10].map((s) => lrAt(s, 10, { lr: 0.1, schedule: 'linear' }))).toEqual([0.1, 0.05, 0])
    expect([0, 5, 10].map((s) => lrAt(s, 10, { lr: 0.1, schedule: 'constant' }))).toEqual([0.1, 0.1, 0.1])
  })
})

describe('evaluationSteps', () => {
  it('spreads evenly from 0 to the last step', () => {
    expect(evaluationSteps(100, 5)).toEqual([0, 25, 50, 75, 100])
    expect(evaluationSteps(10, 4)).toEqual([0, 3, 7, 10])
    expect(evaluationSteps(3, 20)).toEqual([0, 1, 2, 3])
    expect(evaluationSteps(1, 2)).toEqual([0, 1])
  })

  it('rises strictly, with first and last, as many as asked for where the steps allow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 2, max: 500 }), (steps, evaluations) => {
        const at = evaluationSteps(steps, evaluations)
        expect(at).toHaveLength(Math.min(evaluations, steps + 1))
        expect([at[0], at.at(-1)]).toEqual([0, steps])
        expect(at.every((s, i) => Number.isInteger(s) && (i === 0 || s > at[i - 1]!))).toBe(true)
      }),
    )
  })
})
