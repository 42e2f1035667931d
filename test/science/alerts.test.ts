import { describe, expect, test } from 'vitest'
import { fitsErrors, plateau } from '../../src-main/science/alerts'
import { wilson } from '../../src-main/science/maths/wilson'

let seed = 7
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647
const curve = (n: number, of: (i: number) => number) => ({
  step: Array.from({ length: n }, (_, i) => i),
  value: Array.from({ length: n }, (_, i) => of(i)),
})

describe('a loss', () => {
  test('that fell and stands still is said to, with the means of both stretches', () => {
    const found = plateau(curve(2000, (i) => 0.3 + 0.5 * Math.exp(-i / 60) + 0.02 * (random() - 0.5)))!
    expect(found).toMatchObject({ from: 1000, middle: 1500, to: 1999 })
    expect(found.earlier).toBeCloseTo(0.3, 2)
    expect(found.later).toBeCloseTo(0.3, 2)
    expect(found.high - found.low).toBeLessThan(0.02)
    expect(found.fallen).toBeGreaterThan(0.1)
  })
  test('that falls, rises, is too short, too noisy, never fell or is no number is not', () => {
    const noise = () => 0.02 * (random() - 0.5)
    expect(plateau(curve(2000, (i) => 0.8 - i / 4000 + noise()))).toBeNull()
    expect(plateau(curve(2000, (i) => (i < 500 ? 0.8 - i / 1000 : 0.3 + i / 20_000) + noise()))).toBeNull()
    expect(plateau(curve(300, (i) => 0.3 + 0.5 * Math.exp(-i / 20)))).toBeNull()
    expect(plateau(curve(2000, (i) => 0.3 + 0.05 * Math.exp(-i / 60) + 2 * (random() - 0.5)))).toBeNull()
    expect(plateau(curve(2000, () => 0.7 + noise()))).toBeNull()
    expect(plateau(curve(2000, (i) => (i === 1999 ? NaN : 0.3 + 0.5 * Math.exp(-i / 60))))).toBeNull()
  })
  test('of pure noise is called still by chance hardly ever', () => {
    let said = 0
    for (let run = 0; run < 200; run++) if (plateau(curve(800, () => random()))) said++
    expect(said).toBeLessThan(4)
  })
})

test('Wilson’s interval is scipy’s', () => {
  // scipy.stats.binomtest(15, 50).proportion_ci(method="wilson"), and (0, 20).
  expect(wilson(0.3, 50).low).toBeCloseTo(0.191, 2)
  expect(wilson(0.3, 50).high).toBeCloseTo(0.4375, 2)
  expect(wilson(0, 20).low).toBe(0)
  expect(wilson(0, 20).high).toBeCloseTo(0.1611, 2)
})

describe('a student', () => {
  const at = (value: number[]) => ({ step: value.map((_, i) => i * 100), value })
  const rows = { all: 2000, wrong: 400 }
  test('fits weak errors where it repeats more of them and is right more seldom', () => {
    const found = fitsErrors(at([0.5, 0.9, 0.86, 0.82]), at([0.5, 0.3, 0.5, 0.7]), rows)!
    expect(found).toMatchObject({ best: 100, now: 300 })
    expect(found.repeated.map(({ share, of }) => [share, of])).toEqual([
      [0.3, 400],
      [0.7, 400],
    ])
    expect(found.right[1].high).toBeLessThan(found.right[0].low)
  })
  test('is not said to where one of both is within chance, or there are few rows', () => {
    expect(fitsErrors(at([0.5, 0.9, 0.895]), at([0.5, 0.3, 0.7]), rows)).toBeNull()
    expect(fitsErrors(at([0.5, 0.9, 0.82]), at([0.5, 0.3, 0.33]), rows)).toBeNull()
    expect(fitsErrors(at([0.5, 0.9, 0.82]), at([0.5, 0.3, 0.7]), { all: 100, wrong: 20 })).toBeNull()
    expect(fitsErrors(at([0.5, 0.8, 0.9]), at([0.5, 0.3, 0.7]), rows)).toBeNull()
    expect(fitsErrors(at([0.5]), at([0.5]), rows)).toBeNull()
  })
})
