import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { armResult, contrasts, type ArmInputs } from '../../../src-main/science/metrics'
import { arms, cases } from './simulated'

/** What came of the same predictions when accuracy was the only metric, every digit of it. */
const before = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', 'accuracy.json'), 'utf8')) as {
  arms: { name: string; result: object }[]
  contrasts: object[]
}

/** A result as it was written then. */
function asBefore(inputs: ArmInputs) {
  const { measures, bySeed, training, stops, ...rest } = armResult(inputs)
  // What came later.
  delete rest.tax
  delete rest.copying
  delete rest.crossEntropy
  const { training: course, stops: where, bySeed: seeds, ...accuracy } = measures['accuracy']!
  return {
    ...{ ...rest, ...accuracy },
    bySeed: bySeed.map((seed, i) => ({ ...seed, ...seeds[i] })),
    training: { ...training, truth: course!.mean, truthLow: course!.low, truthHigh: course!.high },
    stops: Object.fromEntries(
      Object.entries(stops!).map(([rule, step]) => [rule, { step, student: where[rule as keyof typeof where] }]),
    ),
  }
}

describe('accuracy, its intervals and PGR', () => {
  it.each(cases())('are to the bit what they were: $name', ({ name, inputs }) => {
    const told = before.arms.find((one) => one.name === name)!.result
    expect(asBefore(inputs)).toEqual({ arm: inputs.arm, ...told })
  })

  it('differ between arms as they did', () => {
    const reported = arms().map(({ arm, seeds }) => ({
      arm,
      seeds: seeds.map(({ seed, weak, student, ceiling }) => ({ seed, weak, student: student.at(-1)!, ceiling })),
    }))
    const { seeds, groups } = arms()[0]!
    const told = contrasts(reported, seeds[0]!.truth, groups).map(
      ({ title, task, differ, measures, seeds, examples }) => ({
        ...{ title, task, differ, ...measures['accuracy'], seeds, examples },
      }),
    )
    expect(told).toEqual(before.contrasts)
  })
})
