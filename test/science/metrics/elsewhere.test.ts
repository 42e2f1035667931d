import { describe, expect, it } from 'vitest'
import { armResult, type SeedPredictions } from '../../../src-main/science/metrics'
import { planned, simulate } from './simulated'

/** Every seed asked again about its own test rows, under the name of another set. */
const again = (seeds: readonly SeedPredictions[], ids: readonly string[]) =>
  seeds.map((seed) => {
    const { weak, ceiling, student } = seed
    return {
      ...seed,
      elsewhere: Object.fromEntries(ids.map((id) => [id, { weak, ceiling, student: student.at(-1)! }])),
    }
  })

describe('test sets from elsewhere', () => {
  const rows = 300
  // The second evaluation is better than the last, and stops by weak labels pick it or not: elsewhere it is never told.
  const seeds = simulate({ rows, course: [0.5, 0.9, 0.8] })
  const groups = Array.from({ length: rows }, (_, i) => `g${i % 40}`)
  const common = { arm: planned()[0]!, classes: ['a', 'b'], groups, redraw: 'halves' as const }
  const set = { id: 'same', truth: seeds[0]!.truth, groups }

  it('are told like test rows of the same kind, the student at its last step whatever rule stops it', () => {
    const asked = { ...common, seeds: again(seeds, ['same']), elsewhere: [set] }
    const last = armResult({ ...asked, stop: 'last' })
    const stopped = armResult({ ...asked, stop: 'oracle' })
    expect(last.measures['accuracy']!.student.value).not.toBe(stopped.measures['accuracy']!.student.value)
    expect(stopped.elsewhere).toEqual(last.elsewhere)
    const [told] = last.elsewhere!
    expect(told).toMatchObject({ id: 'same', rows, groups: 40 })
    for (const [id, { weak, student, ceiling, pgr, bySeed }] of Object.entries(last.measures))
      expect(told!.measures[id], id).toEqual({ weak, student, ceiling, pgr, bySeed })
  })

  it('are told of where every seed was asked, and nowhere else', () => {
    const [first, ...others] = again(seeds, ['same', 'other'])
    const some = [{ ...first!, elsewhere: { other: first!.elsewhere['other']! } }, ...others]
    const sets = [set, { ...set, id: 'other' }]
    const result = armResult({ ...common, stop: 'last', seeds: some, elsewhere: sets })
    expect(result.elsewhere!.map(({ id }) => id)).toEqual(['other'])
    expect(armResult({ ...common, stop: 'last', seeds })).not.toHaveProperty('elsewhere')
  })
})
