import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decisions } from '../../../src-main/science/answers'
import { armResult, contrasts } from '../../../src-main/science/metrics'
import { arms, cases } from './simulated'

/** What came of the same predictions when accuracy was the only metric, every digit of it. */
const before = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', 'accuracy.json'), 'utf8')) as {
  arms: { name: string; result: object }[]
  contrasts: object[]
}

describe('accuracy, its intervals and PGR', () => {
  it.each(cases())('are to the bit what they were: $name', ({ name, inputs }) => {
    const told = before.arms.find((one) => one.name === name)!.result
    expect(armResult(inputs)).toEqual({ arm: inputs.arm, ...told })
  })

  it('differ between arms as they did', () => {
    const decided = arms().map(({ arm, seeds }) => ({
      arm,
      seeds: seeds.map(({ seed, weak, student, ceiling }) => ({
        ...{ seed, weak: decisions(weak), ceiling: decisions(ceiling) },
        student: decisions(student.at(-1)!),
      })),
    }))
    const { seeds, groups } = arms()[0]!
    const told = contrasts(decided, seeds[0]!.truth, groups).map(({ arm: _, against: _against, ...rest }) => rest)
    expect(told).toEqual(before.contrasts)
  })
})
