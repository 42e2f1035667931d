import { describe, expect, it } from 'vitest'
import { spread } from '../../src-renderer/lib/charting'
import { bucketed, gapsOf, niceRange, pointsOf, sparkline } from '../../src-renderer/lib/curves'

describe('buckets', () => {
  const step = Array.from({ length: 10_000 }, (_, i) => i)
  const value = step.map((s) => Math.sin(s / 500))
  value[4321] = 99
  value[8765] = -99
  const few = bucketed({ step, value }, 100)

  it('leave a short curve alone', () => {
    const curve = { step: [0, 1, 2], value: [1, 2, 3] }
    expect(bucketed(curve, 100)).toBe(curve)
  })
  it('keep every spike, and the first and the last point', () => {
    expect(few.step.length).toBeLessThanOrEqual(400)
    expect(few.value).toContain(99)
    expect(few.value).toContain(-99)
    expect([few.step[0], few.step.at(-1)]).toEqual([0, 9999])
  })
  it('keep what is no number, and mark it where its neighbour stands', () => {
    const broken = [...value]
    broken[5000] = NaN
    broken[9999] = Infinity
    const kept = bucketed({ step, value: broken }, 100)
    expect(gapsOf(kept)).toEqual([
      { x: 5000, y: expect.closeTo(Math.sin(4999 / 500), 1) as number },
      { x: 9999, y: expect.closeTo(Math.sin(9998 / 500), 1) as number },
    ])
    expect(gapsOf({ step: [0, 1, 2], value: [NaN, 3, 4] })).toEqual([{ x: 0, y: 3 }])
  })
  it('keep the steps ascending', () => {
    expect(few.step).toEqual(few.step.toSorted((a, b) => a - b))
  })
})

describe('the range of an axis', () => {
  it('holds the data and ends on round numbers', () => {
    const { min, max, step } = niceRange([0.613, 0.757], [0, 1])
    expect(min).toBeLessThanOrEqual(0.613)
    expect(max).toBeGreaterThanOrEqual(0.757)
    for (const end of [min, max]) expect(end / step).toBeCloseTo(Math.round(end / step), 9)
  })
  it('gives the decimals that tell its ticks apart', () => {
    expect(niceRange([0.613, 0.757], [0, 1])).toMatchObject({ step: 0.02, digits: 2 })
    expect(niceRange([0.471, 0.478], [0, 1], 5)).toMatchObject({ step: 0.005, digits: 3 })
    expect(niceRange([0, 100], [0, Infinity], 5)).toMatchObject({ step: 20, digits: 0 })
    expect(niceRange([0.1, 0.6], [0, 1], 5)).toMatchObject({ step: 0.1, digits: 1 })
  })
  it('is as close as what it holds is small, where there is no other scale', () => {
    const { min, max } = niceRange([1e-5, 5e-5], [0, Infinity], 5)
    expect([min, max]).toEqual([0, expect.closeTo(6e-5, 9)])
  })
  it('never leaves its bounds', () => {
    expect(niceRange([0.99, 1], [0, 1]).max).toBe(1)
    expect(niceRange([0.001, 0.5], [0, 1]).min).toBe(0)
  })
  it('is the whole of the bounds without data', () => {
    expect(niceRange([], [0, 1])).toMatchObject({ min: 0, max: 1 })
  })
})

it('leaves a gap where a value is not a number', () => {
  expect(pointsOf({ step: [0, 1], value: [1, Infinity] })).toEqual([
    { x: 0, y: 1 },
    { x: 1, y: Number.NaN },
  ])
})

it('draws a sparkline from edge to edge, the larger value higher', () => {
  expect(sparkline({ step: [0, 10], value: [2, 1] }, 100, 20)).toBe('M0.0,0.0L100.0,20.0')
  expect(sparkline({ step: [0], value: [2] }, 100, 20)).toBe('')
})

describe('labels at the end of lines', () => {
  it('are pushed apart and keep their order', () => {
    const at = spread([50, 52, 10, 51], 15, 0, 100)
    const sorted = at.toSorted((a, b) => a - b)
    for (let i = 1; i < sorted.length; i++) expect(sorted[i]! - sorted[i - 1]!).toBeGreaterThanOrEqual(15)
    expect(at[2]).toBe(10)
    expect(at[0]! < at[3]! && at[3]! < at[1]!).toBe(true)
  })
  it('stay within the chart', () => {
    expect(Math.max(...spread([99, 99, 99], 15, 0, 100))).toBeLessThanOrEqual(100)
  })
})
