import { describe, expect, it } from 'vitest'
import { resultTable, metricsOf } from '../../../src-main/cli/results'
import { overall } from '../../../src-main/science/metrics'
import type { ArmResult, Measured } from '../../../src-main/science/metrics/result'
import { planned } from './simulated'

const [naive] = planned(['naive'])
const estimate = (value: number) => ({ value, low: value, high: value, seeds: 2, examples: 100 })

/** An arm of the method naive, of a task of its own. */
function result(task: string, weak: number, students: [number, number], ceiling: number): ArmResult {
  const student = (students[0] + students[1]) / 2
  const measured: Measured = {
    ...{ weak: estimate(weak), student: estimate(student), ceiling: estimate(ceiling), references: {} },
    pgr: { defined: false, reason: '', gap: ceiling - weak, seeds: 2, examples: 100, convention: '' },
    bySeed: students.map((of, seed) => ({ seed, weak, student: of, ceiling, pgr: null })),
    ...{ training: null, stops: { last: student, 'weak-validation': student, oracle: student } },
  }
  return {
    ...{ arm: { ...naive!, id: task, task }, stop: 'last', covers: null, seedsDone: 2 },
    measures: { accuracy: measured },
    ...{ agreement: null, agreementWeakRight: null, agreementWeakWrong: null, saving: null },
    ...{ warnings: [], bySeed: [], training: null, stops: null },
  }
}
const A = result('a', 0.6, [0.68, 0.72], 0.8)
const B = result('b', 0.5, [0.5, 0.6], 0.9)
/** Its ceiling lies under its supervisor. */
const C = result('c', 0.7, [0.7, 0.74], 0.65)

describe('PGR over arms', () => {
  it('is what each convention makes of it, by hand', () => {
    const [row, ...others] = overall([A, B, C])
    expect(others).toEqual([])
    expect(row).toMatchObject({ metric: 'accuracy', method: 'naive', arms: 3, undefinedArms: 1 })
    const by = Object.fromEntries(row!.pgr.map(({ convention, value }) => [convention, value]))
    // The two arms that have one: .5 and .125.
    expect(by['median of arms']).toBeCloseTo(0.3125, 12)
    // Their seeds: .4, .6, 0 and .25.
    expect(by['median of arms and seeds']).toBeCloseTo(0.325, 12)
    expect(by['ratio of means of arms']).toBeCloseTo((0.7 + 0.55 + 0.72 - 1.8) / (0.8 + 0.9 + 0.65 - 1.8), 12)
  })

  it('is the median of PGRs, not the PGR of medians', () => {
    const arms = [
      result('a', 0.5, [0.6, 0.6], 0.7),
      result('b', 0.6, [0.62, 0.62], 0.9),
      result('c', 0.8, [0.89, 0.89], 0.9),
    ]
    // .5, .0667, .9; of the medians it would be (.62 − .6) / (.9 − .6).
    expect(overall(arms)[0]!.pgr[0]!.value).toBeCloseTo(0.5, 12)
  })

  it('leaves out one model under itself, and is not told of a single arm, or of none with a gap', () => {
    const { weak, optimisers } = A.arm
    const same = {
      ...A,
      arm: { ...A.arm, id: 's', strong: weak, optimisers: { weak: optimisers!.weak, strong: optimisers!.weak } },
    }
    expect(overall([A, B, same])[0]!.arms).toBe(2)
    expect(overall([A, same])).toEqual([])
    expect(overall([C, { ...C, arm: { ...C.arm, id: 'd' } }])[0]!.pgr.map(({ value }) => value)).toEqual([
      null,
      null,
      null,
    ])
  })

  it('stands in the table of the command line, each number under the name of its convention', () => {
    const lines = resultTable({ arms: [A, B, C], contrasts: [], covers: '' }, metricsOf({}, 'accuracy'), 200)
    const at = lines.findIndex((line) => line.includes('PGR over arms'))
    expect(lines[at]).toMatch(/median of arms +median of arms and seeds +ratio of means of arms +arms$/)
    expect(lines[at + 1]).toMatch(/^ {2}naive +0\.31 +0\.3[23] +0\.31 +3, 1 undefined$/)
  })
})
