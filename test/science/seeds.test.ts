import { describe, expect, it } from 'vitest'
import { createRng } from '../../src-main/science/maths/rng'
import { deviation, mean, studentQuantile } from '../../src-main/science/maths/statistics'
import { halfWidth, nextGoal, seedChance, seedsFor } from '../../src-main/science/plan/seeds'

/** Deviation of PGR as a ratio of means of n normal seeds, by 2,000,000 drawings of numpy 2.4 (default_rng(7)). */
const DRAWN = [
  { sigma: 0.005, gap: 0.12, pgr: 0.5, n: 5, deviation: 0.022855 },
  { sigma: 0.01, gap: 0.2, pgr: 0.2, n: 3, deviation: 0.037528 },
  { sigma: 0.004, gap: 0.1, pgr: 0.9, n: 8, deviation: 0.019097 },
  { sigma: 0.002, gap: 0.05, pgr: -0.2, n: 4, deviation: 0.03156 },
]

describe('seeds to plan for', () => {
  it.each(DRAWN)('are as wide as $n seeds scatter at a PGR of $pgr', ({ n, deviation: drawn, ...chance }) => {
    const normal = halfWidth(chance, n)! / studentQuantile(0.05, n - 1)
    expect(normal / drawn).toBeGreaterThan(0.995)
    expect(normal / drawn).toBeLessThan(1.005)
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
    // The pooled deviation has thrice the degrees of freedom that Student's t is given: it holds rather more.
    expect(held / runs).toBeGreaterThan(0.95)
    expect(held / runs).toBeLessThan(0.99)
  })

  it('take the deviation pooled over the three, and the means over seeds', () => {
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
    const columns = [0, 1, 2].map((i) => rows.map((row) => row[i]!))
    expect(chance.sigma).toBeCloseTo(Math.sqrt(mean(columns.map((c) => deviation(c) ** 2))), 12)
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
