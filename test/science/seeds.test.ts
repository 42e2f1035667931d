import { describe, expect, it } from 'vitest'
import { createRng } from '../../src-main/science/maths/rng'
import { studentQuantile } from '../../src-main/science/maths/statistics'
import { halfWidth, nextGoal, seedChance, seedsFor } from '../../src-main/science/plan/seeds'

/**
 * Deviation of PGR as a ratio of means of n normal seeds, whose supervisor and student move together by `correlation`: by
 * 2,000,000 drawings of numpy 2.4 (default_rng(7)).
 */
const DRAWN = [
  { weak: 0.005, student: 0.005, ceiling: 0.005, correlation: 0, gap: 0.12, pgr: 0.5, n: 5, drawn: 0.022856 },
  { weak: 0.0127, student: 0.0012, ceiling: 0.006, correlation: 0.6, gap: 0.2, pgr: 0.8, n: 3, drawn: 0.015124 },
  { weak: 0.004, student: 0.006, ceiling: 0.002, correlation: -0.3, gap: 0.1, pgr: 0.9, n: 8, drawn: 0.022599 },
  { weak: 0.002, student: 0.003, ceiling: 0.002, correlation: 0.5, gap: 0.05, pgr: -0.2, n: 4, drawn: 0.027817 },
]

describe('seeds to plan for', () => {
  it.each(DRAWN)('are as wide as $n seeds scatter at a PGR of $pgr', ({ n, drawn, gap, pgr, ...by }) => {
    // Many seeds of one past arm, whose deviations and correlation are nearly those of the drawings.
    const rng = createRng(3)
    const bySeed = Array.from({ length: 40_000 }, (_, seed) => {
      const [w, other, c] = [rng.normal(), rng.normal(), rng.normal()]
      const s = by.correlation * w + Math.sqrt(1 - by.correlation ** 2) * other
      const at = (centre: number, deviation: number, z: number) => centre + deviation * z
      const [weak, student] = [at(0.7, by.weak, w), at(0.7 + pgr * gap, by.student, s)]
      return { seed, weak, student, ceiling: at(0.7 + gap, by.ceiling, c), pgr: null }
    })
    const normal = halfWidth(seedChance(bySeed)!, n)! / studentQuantile(0.05, n - 1)
    expect(normal / drawn).toBeGreaterThan(0.985)
    expect(normal / drawn).toBeLessThan(1.015)
  })

  it('hold the PGR in 95 of 100 runs that plan by the deviation of their own', () => {
    const rng = createRng(11)
    const [truth, runs, n] = [{ weak: 0.7, student: 0.76, ceiling: 0.82 }, 1500, 5]
    const draw = (centre: number) => centre + 0.008 * rng.normal()
    let held = 0
    for (let i = 0; i < runs; i++) {
      const seeds = Array.from({ length: n }, (_, seed) => ({
        ...{ seed, weak: draw(truth.weak), student: draw(truth.student), ceiling: draw(truth.ceiling), pgr: null },
      }))
      const chance = seedChance(seeds)!
      held += Number(Math.abs(chance.pgr! - 0.5) <= halfWidth(chance, n)!)
    }
    expect(held / runs).toBeGreaterThan(0.935)
    expect(held / runs).toBeLessThan(0.965)
  })

  it('take the deviation from the PGR of all, and the means over seeds', () => {
    const rows = [
      [0.7, 0.75, 0.8],
      [0.72, 0.75, 0.83],
      [0.71, 0.78, 0.83],
    ]
    const chance = seedChance(
      rows.map(([weak, student, ceiling], seed) => ({
        seed,
        weak: weak!,
        student: student!,
        ceiling: ceiling!,
        pgr: null,
      })),
    )!
    // numpy: w, s, c = rows.T; numpy.std(s - w - (s - w).mean() / (c - w).mean() * (c - w), ddof=1)
    expect(chance.sigma).toBeCloseTo(0.018159076686761987, 12)
    expect(chance.gap).toBeCloseTo(0.11, 12)
    expect(chance.pgr).toBeCloseTo(0.05 / 0.11, 12)
    expect(seedChance([{ seed: 0, weak: 0.7, student: 0.7, ceiling: 0.8, pgr: 0 }])).toBeNull()
  })

  it('are the fewest that reach a half width, and none where there is no gap', () => {
    const chance = { sigma: 0.0118, gap: 0.12, pgr: 0.5 }
    const goal = nextGoal(chance, 5)!
    const n = seedsFor(chance, goal, 100)!
    expect(goal).toBeLessThan(halfWidth(chance, 5)!)
    expect(halfWidth(chance, n)).toBeLessThanOrEqual(goal)
    expect(halfWidth(chance, n - 1)).toBeGreaterThan(goal)
    expect(seedsFor(chance, 0.01, 100)).toBeNull()
    expect(halfWidth(chance, 1)).toBeNull()
    expect(nextGoal(chance, 1)).toBe(0.5)
    expect(halfWidth({ sigma: 0.01, gap: -0.02, pgr: null }, 5)).toBeNull()
  })
})
