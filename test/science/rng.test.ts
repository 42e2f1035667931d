import { describe, expect, it } from 'vitest'
import { createRng } from '../../src-main/science/maths/rng'
import { deviation, mean } from '../../src-main/science/maths/statistics'

const draw = (seed: number | string, n: number) => {
  const rng = createRng(seed)
  return Array.from({ length: n }, () => rng.next())
}

describe('createRng', () => {
  it('repeats itself for one seed and not for another', () => {
    expect(draw(7, 50)).toEqual(draw(7, 50))
    const streams = [draw(7, 5), draw(8, 5), draw('7', 5), draw('', 5)].map((s) => s.join())
    expect(new Set(streams).size).toBe(4)
  })

  it('gives the same numbers on every machine and in every version', () => {
    // Values of an independent xoshiro128** started from sha256("number:0"). A changed stream changes every split and every training: it needs new stage versions.
    expect(draw(0, 3).map((x) => Math.round(x * 2 ** 32))).toEqual([1699179527, 1037713566, 1628032924])
  })

  it('is uniform in [0, 1)', () => {
    const xs = draw('uniform', 20_000)
    expect(Math.min(...xs)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...xs)).toBeLessThan(1)
    expect(Math.abs(mean(xs) - 0.5)).toBeLessThan(0.01)
    const tenths = Array.from({ length: 10 }, (_, t) => xs.filter((x) => Math.floor(x * 10) === t).length)
    for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(180) // about four standard deviations
  })

  it('draws whole numbers evenly, and normal numbers with mean 0 and deviation 1', () => {
    const rng = createRng('normal')
    const dice = Array.from({ length: 6000 }, () => rng.int(6))
    for (let face = 0; face < 6; face++) {
      expect(Math.abs(dice.filter((d) => d === face).length - 1000)).toBeLessThan(120)
    }
    const xs = Array.from({ length: 20_000 }, () => rng.normal())
    expect(Math.abs(mean(xs))).toBeLessThan(0.03)
    expect(Math.abs(deviation(xs) - 1)).toBeLessThan(0.02)
    expect(xs.filter((x) => Math.abs(x) > 1.96).length / xs.length).toBeCloseTo(0.05, 2)
  })

  it('fills an array with what single draws would give, and goes on from there', () => {
    const [one, many] = [createRng('ints'), createRng('ints')]
    const filled = new Int32Array(500)
    many.ints(1000, filled)
    expect([...filled]).toEqual(Array.from({ length: 500 }, () => one.int(1000)))
    expect(many.next()).toBe(one.next())
  })

  it('shuffles a copy, every order as likely', () => {
    const rng = createRng('shuffle')
    const items = [1, 2, 3] as const
    const orders: Record<string, number> = {}
    for (let i = 0; i < 6000; i++) {
      const order = rng.shuffle(items).join('')
      orders[order] = (orders[order] ?? 0) + 1
    }
    expect(items).toEqual([1, 2, 3])
    expect(Object.keys(orders).sort()).toEqual(['123', '132', '213', '231', '312', '321'])
    for (const count of Object.values(orders)) expect(Math.abs(count - 1000)).toBeLessThan(120)
  })
})
