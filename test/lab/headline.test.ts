import { expect, test } from 'vitest'
import type { ArmResult, Pgr } from '../../src-preload/contract'
import { headlineOf } from '../../src-main/lab/results/headline'

const defined = (value: number, low: number, high: number, warning: string | null = null): Pgr => ({
  defined: true,
  ...{ value, low, high, warning },
  ...{ gap: 0.1, seeds: 3, examples: 1000, convention: '' },
})
const undefinedPgr: Pgr = { defined: false, reason: 'none', gap: -0.1, seeds: 3, examples: 1000, convention: '' }

function result(task: string, method: string, pgr: Pgr, strong = 'big'): ArmResult {
  const estimate = { value: 0.874, low: 0.8, high: 0.9, seeds: 3, examples: 1000 }
  const titles = { weakTitle: 'small', strongTitle: strong, methodTitle: method }
  const title = `${task} · small → ${strong} · ${method}`
  const choices = { weak: { model: 'words' }, strong: { model: 'vectors' }, method: { method } }
  return {
    arm: { id: title, task, title, measure: 'test', optimisers: null, ...titles, ...choices, seeds: [] },
    stop: 'last',
    ...{ covers: null, saving: null, warnings: [] },
    seedsDone: 3,
    measures: {
      accuracy: {
        ...{ weak: estimate, student: estimate, ceiling: estimate, pgr, references: {}, bySeed: [], training: null },
        stops: { last: 0.874, 'weak-validation': 0.874, oracle: 0.874 },
      },
    },
    ...{ bySeed: [], training: null, stops: null },
    ...{ agreement: null, agreementWeakRight: null, agreementWeakWrong: null },
  }
}

const told = (results: ArmResult[], of = results) =>
  headlineOf(
    results,
    of.map(({ arm }) => arm),
    'accuracy',
  )

test('numbers stand as everywhere, and a doubtful gap is named', () => {
  const arms = [
    result('Spam', 'naive', defined(0.06, -0.54, 1.2, 'The gap is small.')),
    result('Spam', 'confidence', undefinedPgr),
  ]
  expect(told(arms)).toBe(
    'naive: PGR .06 (\u2212.54 to 1.20), the gap is doubtful\nconfidence: student .87, PGR undefined',
  )
  expect(told([result('Spam', 'naive', defined(-0.001, -0.1, 0.1))])).toBe('naive: PGR .00 (\u2212.10 to .10)')
})

test('arms are named by task and models where these differ', () => {
  const pgr = defined(0.5, 0.4, 0.6)
  const lines = (arms: ArmResult[]) =>
    told(arms)
      .split('\n')
      .map((line) => line.split(': PGR')[0])
  expect(lines([result('Spam · mail', 'naive', pgr), result('Food', 'naive', pgr)])).toEqual([
    'Spam · mail · naive',
    'Food · naive',
  ])
  expect(lines([result('Spam', 'naive', pgr), result('Spam', 'naive', pgr, 'huge')])).toEqual([
    'small → big · naive',
    'small → huge · naive',
  ])
  const both = [result('Spam', 'naive', pgr), result('Food', 'naive', pgr)]
  expect(told(both.slice(0, 1), both)).toBe('Spam · naive: PGR .50 (.40 to .60)')
})

test('says first when the numbers are those of development rows', () => {
  const { arm, ...report } = result('Spam', 'naive', defined(0.5, 0.4, 0.6))
  expect(told([{ ...report, arm: { ...arm, measure: 'development' } }])).toBe(
    'On development rows. naive: PGR .50 (.40 to .60)',
  )
})
