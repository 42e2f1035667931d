import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { studyArms } from '../../src-main/science/studies/arms'
import { judge, type Rule } from '../../src-main/science/studies/rule'
import { studyOf } from '../../src-main/science/studies/study'
import type { ArmResult, Pgr } from '../../src-main/science/metrics'

/** A finished arm of seeds whose stages are named by `stages`. */
function arm(id: string, stages: string, seeds = 3, changes: { pgr?: Pgr; done?: number } = {}): ArmResult {
  const estimate = { value: 0.8, low: 0.75, high: 0.85, seeds, examples: 100 }
  const pgr: Pgr = changes.pgr ?? {
    ...{ defined: true, value: 0.4, low: 0.3, high: 0.5, gap: 0.1, seeds, examples: 100 },
    ...{ convention: '', warning: null },
  }
  return {
    arm: {
      ...{ id, task: 'spam', title: id, weakTitle: 'small', strongTitle: 'big', methodTitle: 'naive' },
      ...{ weak: { model: 'words' }, strong: { model: 'words' }, method: { method: 'naive' } },
      ...{ optimisers: null, measure: 'test' },
      seeds: Array.from({ length: seeds }, (_, seed) => {
        const key = `${stages}-${seed}`
        return { seed, weak: `${key}w`, labels: `${key}l`, student: `${key}s`, ceiling: `${key}c` }
      }),
    },
    ...{ stop: 'last', covers: null, seedsDone: changes.done ?? seeds, saving: null, warnings: [] },
    measures: {
      accuracy: {
        ...{ weak: estimate, student: estimate, ceiling: estimate, pgr, references: {}, bySeed: [], training: null },
        stops: { last: 0.8, 'weak-validation': 0.8, oracle: 0.8 },
      },
    },
    ...{ agreement: null, agreementWeakRight: null, agreementWeakWrong: null, bySeed: [], training: null, stops: null },
  }
}

test('runs of one question are a study, and a run without one stands alone', () => {
  const id = (question: string, run = 'r') => studyOf({ id: run, question }).id
  expect(id(' Does it? ', 'a')).toBe(id('Does it?', 'b'))
  expect(id('does it?')).not.toBe(id('Does it?'))
  expect(studyOf({ id: 'a', question: '  ' })).toEqual({ id: 'a', question: '' })
})

describe('the arms of a study', () => {
  test('are one where they are the very same stages, else apart', () => {
    const arms = studyArms([
      { id: 'a', arms: [arm('x', 'k'), arm('y', 'l')] },
      { id: 'b', arms: [arm('x', 'k'), arm('y', 'm'), arm('x', 'k', 5)] },
    ])
    expect(arms.map(({ id, runs }) => [id, runs.map(({ runId }) => runId).join()])).toEqual([
      ['a/x', 'a,b'],
      ['a/y', 'a'],
      ['b/y', 'b'],
      ['b/x', 'b'],
    ])
  })

  test('keep their numbers, whatever run is added', () => {
    const name = fc.constantFrom('k', 'l', 'm', 'n')
    const run = fc.uniqueArray(fc.tuple(name, fc.integer({ min: 1, max: 3 })), { selector: String, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(run, { maxLength: 5 }), run, (runs, more) => {
        const of = (arms: [string, number][], i: number) => ({
          id: `run${i}`,
          arms: arms.map(([stages, seeds]) => arm(`${stages}${seeds}`, stages, seeds)),
        })
        const before = runs.map(of)
        const [alone, together] = [studyArms(before), studyArms([...before, of(more, runs.length)])]
        expect(together.length).toBeGreaterThanOrEqual(alone.length)
        alone.forEach((one, i) => {
          expect(together[i]!.id).toBe(one.id)
          expect(together[i]!.result).toBe(one.result)
        })
      }),
    )
  })
})

describe('a decision rule', () => {
  const rule: Rule = {
    ...{ quantity: 'pgr', metric: 'accuracy', stop: 'last', side: 'above', value: 0.2, seeds: 3 },
    ...{ task: '', weak: '', strong: '', method: '' },
  }
  const undefinedPgr: Pgr = { defined: false, reason: 'no gap', gap: 0, seeds: 3, examples: 100, convention: '' }
  const held = (changes: Partial<Rule>, ...arms: ArmResult[]) =>
    judge(
      { ...rule, ...changes },
      arms.map((result, i) => ({ id: String(i), result })),
    )

  test.each<[string, Partial<Rule>, ArmResult[], string]>([
    ['the interval lies above', {}, [arm('x', 'k')], 'met'],
    ['an end on the value is not above it', { value: 0.3 }, [arm('x', 'k')], 'not met'],
    ['the value lies within', { value: 0.4 }, [arm('x', 'k')], 'not met'],
    ['below', { side: 'below', value: 0.6 }, [arm('x', 'k')], 'met'],
    ['of the student', { quantity: 'student', value: 0.7 }, [arm('x', 'k')], 'met'],
    ['nobody it is about', { method: 'confidence' }, [arm('x', 'k')], 'undecided'],
    ['names whatever their case', { method: 'Naive', weak: 'SMALL ', task: 'spam' }, [arm('x', 'k')], 'met'],
    ['no arm at all', {}, [], 'undecided'],
    ['seeds to come', {}, [arm('x', 'k', 3, { done: 2 })], 'undecided'],
    ['too few seeds', { seeds: 5 }, [arm('x', 'k')], 'undecided'],
    ['an undefined PGR', {}, [arm('x', 'k', 3, { pgr: undefinedPgr })], 'undecided'],
    ['one of two undecided', {}, [arm('x', 'k'), arm('y', 'l', 3, { done: 0 })], 'undecided'],
  ])('%s', (_, changes, arms, outcome) => {
    expect(held(changes, ...arms).outcome).toBe(outcome)
  })

  test('says of every arm why it cannot decide, and whether the value lies within', () => {
    expect(held({ seeds: 5 }, arm('x', 'k')).arms[0]).toMatchObject({
      ...{ outcome: 'undecided', reason: 'it has 3 of the 5 seeds that decide', within: false },
      found: { value: 0.4, low: 0.3, high: 0.5, seeds: 3 },
    })
    expect(held({ value: 0.35 }, arm('x', 'k')).arms[0]).toMatchObject({ outcome: 'not met', within: true })
    expect(held({}, arm('x', 'k', 3, { pgr: undefinedPgr })).arms[0]!.reason).toBe('its PGR is undefined: no gap')
  })
})
