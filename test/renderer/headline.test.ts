import { describe, expect, it } from 'vitest'
import { planExperiment } from '../../src-main/science/plan/plan'
import type { Arm, ArmResult, Comparison, Contrast, Pgr } from '../../src-preload/contract'
import { ENTRIES, MOVE_ROWS, moveName, parseMoves } from '../../src-renderer/lib/moves'
import { pairLooks, studentLooks } from '../../src-renderer/lib/roles'
import {
  comparedTitle,
  mcnemarNote,
  told as toldP,
  unpaired,
  withoutPgr,
} from '../../src-renderer/views/result/compare'
import { headline as headlineOf, missing } from '../../src-renderer/views/result/headline'
import { CATALOG } from './bridge'
import { ACCURACY, armResult, comparisonOf, CONTEXT, PRESETS, withAccuracy } from './sample'

const armsOf = (preset: number): Arm[] => planExperiment(PRESETS[preset]!.spec, CONTEXT).arms
const [quick, five] = [armsOf(0), armsOf(1)]
const results = (arms: readonly Arm[], done?: number) => arms.map((arm) => armResult(arm, 'last', done))
const withPgr = (
  value: number,
  low: number,
  high: number,
  { arm = quick[0]!, gap = 0.1, warning = null }: { arm?: Arm; gap?: number; warning?: string | null } = {},
): ArmResult => {
  const base = { gap, seeds: 3, examples: 1000, convention: 'ratio of means' }
  const pgr: Pgr = { defined: true, value, low, high, warning, ...base }
  return withAccuracy(armResult(arm, 'last'), { pgr })
}
const headline = (arms: readonly ArmResult[], contrasts: readonly Contrast[] = []) =>
  headlineOf({ arms, contrasts }, (id) => id, ACCURACY)
/** The paired difference of PGR of two arms that differ in method. */
const contrast = (arm: Arm, against: Arm, value: number, low: number, high: number): Contrast => ({
  ...{ arm: arm.id, against: against.id, title: '', task: arm.task, differ: 'method', seeds: 3, examples: 1000 },
  measures: { accuracy: { student: { value: 0, low: 0, high: 0 }, pgr: { value, low, high } } },
})
const plain = (text: string) => text.replaceAll('\u00a0', ' ')

/** The arms of the quick start with a student that is trained for 2 epochs and for 10. */
const trainedTwice = (() => {
  const [student] = PRESETS[0]!.spec.strong
  const strong = [2, 10].map((epochs) => ({ ...student!, optimiser: { epochs } }))
  return planExperiment({ ...PRESETS[0]!.spec, strong }, CONTEXT).arms
})()

describe('the headline', () => {
  it('tells of a student that is trained in several ways by each', () => {
    const [naive, confidence, longNaive] = trainedTwice
    const found = [
      withPgr(0.9, 0.5, 1.3, { arm: naive! }),
      withPgr(0.8, 0.6, 1.1, { arm: confidence! }),
      withPgr(0.5, 0.3, 0.7, { arm: longNaive! }),
    ]
    expect(plain(headline(found))).toBe(
      'Epochs 2: naive closes 90 % of the gap (50 to 130 %), confidence 80 % (60 to 110 %). Epochs 10: naive student closes 50 % of the gap, 30 to 70 %',
    )
    expect(plain(headline(found.slice(0, 2)))).not.toContain('pochs')
  })
  it('says how much of the gap one student closes, with its interval', () => {
    expect(plain(headline([withPgr(0.54, 0.41, 0.66)]))).toBe('Naive student closes 54 % of the gap, 41 to 66 %')
  })
  it('does not claim what the interval does not show', () => {
    expect(plain(headline([withPgr(0.12, -0.05, 0.3)]))).toContain('the interval holds 0, so nothing is shown yet')
    expect(plain(headline([withPgr(-0.2, -0.4, -0.1)]))).toBe(
      'Naive student ends below its supervisor: −20 % of the gap, −40 to −10 %',
    )
    expect(plain(headline([withPgr(-0.2, -0.6, 0.1)]))).toBe(
      'Naive student closes −20 % of the gap, −60 to 10 %; the interval holds 0, so nothing is shown yet',
    )
    expect(plain(headline([withPgr(1.2, 1.1, 1.3)]))).toContain('more than its ceiling')
    expect(plain(headline([withPgr(1.1, 0.9, 1.3)]))).not.toContain('more than')
    const once = { ...withPgr(0.54, 0.41, 0.66), seedsDone: 1 }
    expect(plain(headline([once]))).toMatch(/41 to 66 %; of one seed, so chance between trainings is not in it$/)
  })
  it('compares methods by their paired difference, whichever is told against which, and hedges it', () => {
    const [naive, confidence] = quick as [Arm, Arm]
    const both = [withPgr(0.5, 0.4, 0.6, { arm: naive }), withPgr(0.6, 0.5, 0.7, { arm: confidence })]
    const values = 'Naive closes 50 % of the gap (40 to 60 %), confidence 60 % (50 to 70 %)'
    const paired = (value: number, low: number, high: number) =>
      plain(headline(both, [contrast(confidence, naive, value, low, high)]))
    expect(paired(0.1, 0.02, 0.18)).toBe(`${values}; paired with naive, confidence closes 10 % more (2 to 18 %)`)
    expect(paired(-0.1, -0.18, -0.02)).toBe(`${values}; paired with naive, confidence closes 10 % less (−18 to −2 %)`)
    expect(paired(0.1, -0.02, 0.22)).toBe(
      `${values}; paired, they differ by 10 % of it, −2 to 22 %: the interval holds 0, so no difference is shown`,
    )
    expect(plain(headline(both, [contrast(naive, confidence, -0.1, -0.18, -0.02)]))).toBe(paired(0.1, 0.02, 0.18))
  })
  it('counts over several gaps on how many a method differs', () => {
    const tasks = ['spam', 'sotu', 'brown']
    const all = tasks.flatMap((task) =>
      ['naive', 'confidence'].map((method) => withPgr(0.5, 0.4, 0.6, { arm: arm(task, method) })),
    )
    const ends: readonly [number, number, number][] = [
      [0.1, 0.02, 0.2],
      [-0.1, -0.2, -0.02],
      [0.1, -0.1, 0.3],
    ]
    const told = tasks.map((task, i) => contrast(arm(task, 'confidence'), arm(task, 'naive'), ...ends[i]!))
    expect(plain(headline(all, told))).toMatch(/; paired with naive, 1 above, 1 below and 1 not told apart$/)
  })
  it('sets methods beside each other, and takes the median over tasks', () => {
    expect(plain(headline(results(quick)))).toMatch(
      /^Naive closes \d+ % of the gap \(.* %\), confidence \d+ % \(.* %\)$/,
    )
    expect(plain(headline(results(five)))).toMatch(
      /^Naive closes \d+ % of the gap at the median of 4 pairs \(\d of 4 intervals above 0\), confidence \d+ % \(\d of 4 intervals above 0\); undefined in 2 of 10 arms$/,
    )
  })
  const arm = (task: string, method: string) => five.find((a) => a.task === task && a.method.method === method)!
  const toCome = (task: string, method: string) => armResult(arm(task, method), 'last', 0)
  it('names the task of each number where they are of different tasks', () => {
    const half = [
      toCome('spam', 'naive'),
      withPgr(0.41, 0.3, 0.5, { arm: arm('spam', 'confidence') }),
      withPgr(0.2, 0.1, 0.3, { arm: arm('sotu', 'naive') }),
      toCome('sotu', 'confidence'),
    ]
    expect(plain(headline(half))).toBe(
      'Confidence closes 41 % of the gap on spam (30 to 50 %); naive 20 % on sotu (10 to 30 %)',
    )
    expect(plain(headline(half.slice(0, 3).with(2, toCome('sotu', 'naive'))))).toBe(
      'Confidence student closes 41 % of the gap on spam, 30 to 50 %',
    )
  })
  it('compares methods only on the tasks that both have', () => {
    const results = [
      withPgr(0.9, 0.8, 1, { arm: arm('brown', 'naive') }),
      withPgr(0.2, 0.1, 0.3, { arm: arm('spam', 'naive') }),
      withPgr(0.4, 0.3, 0.5, { arm: arm('spam', 'confidence') }),
      toCome('brown', 'confidence'),
    ]
    expect(plain(headline(results))).toBe(
      'Naive closes 20 % of the gap on spam (10 to 30 %), confidence 40 % (30 to 50 %)',
    )
  })
  it('takes no PGR with a warning for a finding', () => {
    const small = { gap: 0.002, warning: 'The gap is less than twice its standard error.' }
    const unsure = withPgr(-1, -4, 1, { arm: arm('sotu', 'naive'), ...small })
    expect(plain(headline([unsure, toCome('spam', 'naive')]))).toBe(
      'The gap is too small to say anything: 0.2 points on sotu',
    )
    const other = withPgr(2, -4, 9, { arm: arm('brown', 'naive'), ...small, gap: 0.011 })
    expect(plain(headline([unsure, other]))).toBe('The gap is too small to say anything: 0.2 to 1.1 points in 2 arms')
    const sure = withPgr(0.41, 0.3, 0.5, { arm: arm('spam', 'naive') })
    expect(plain(headline([sure, unsure, other]))).toBe(
      'Naive student closes 41 % of the gap on spam, 30 to 50 %; 2 arms left out, whose gap says nothing',
    )
  })
  it('tells a gap between a model and itself as such', () => {
    const own = { ...quick[0]!, weakTitle: 'vectors', strongTitle: 'vectors' }
    expect(plain(headline([withPgr(0.4, 0.3, 0.5, { arm: own, warning: 'the same model' })]))).toBe(
      'Supervisor and student are the same model, so their gap says nothing: 10.0 points',
    )
  })
  it('tells undefined and unfinished results as such', () => {
    const foods = five.filter((arm) => arm.task === 'foods')
    expect(headline(results(foods))).toBe('PGR is undefined in both arms: no ceiling is above its supervisor')
    expect(headline(results(quick, 0))).toBe('No seed is finished yet')
    const one = [withPgr(0.41, 0.3, 0.5), ...results(foods).slice(0, 1)]
    expect(plain(headline(one))).toMatch(/^Naive student closes 41 % of the gap.*; undefined in 1 of 2 arms$/)
    const unsure = [withPgr(0.4, -3, 4, { warning: 'The gap is small.' }), ...results(foods)]
    expect(plain(headline(unsure))).toMatch(/^The gap is too small to say anything: .*; undefined in 2 of 3 arms$/)
  })
  it('says what is missing of a partial result', () => {
    const lack = '2 of 6 seeds are missing, in 2 of 2 arms'
    expect(missing(results(quick, 2), 'running')).toBe(`Partial: ${lack}. The numbers will move.`)
    expect(missing(results(quick, 2), 'failed')).toBe(`This run failed: ${lack}.`)
    expect(missing(results(quick), 'done')).toBe('')
    expect(missing(results(quick.slice(0, 1), 2), 'failed')).toBe('This run failed: 1 of 3 seeds is missing.')
  })
})

describe('a comparison of two arms, in words', () => {
  const [naive, confidence] = quick as [Arm, Arm]
  const found = comparisonOf(confidence, naive, 'last', 3)
  const names = { arm: 'confidence', against: 'naive' }
  const told = (value: number, low: number, high: number, over: Partial<Comparison> = {}, metric = ACCURACY) => {
    const measured = { ...found.measures['accuracy']!, student: { value, low, high } }
    return plain(comparedTitle({ ...found, measures: { [metric.id]: measured }, ...over }, metric, names))
  }

  it('is hedged by the interval of the difference', () => {
    expect(told(0.012, -0.004, 0.028)).toBe(
      'Confidence is 1.2 points above naive (−0.4 to 2.8): the interval holds 0, so no difference is shown',
    )
    expect(told(0.012, 0.004, 0.02)).toBe('Confidence is 1.2 points above naive (0.4 to 2.0)')
    expect(told(-0.012, -0.02, -0.004)).toBe('Confidence is 1.2 points below naive (−2.0 to −0.4)')
    // Arms of two students are told by what these are called.
    const arm = { ...naive, strongTitle: 'words 200' }
    const names = { arm: 'words 200 · naive', against: 'vectors · naive' }
    expect(plain(comparedTitle({ ...found, arm }, ACCURACY, names))).toMatch(/^words 200 · naive is /)
    expect(told(0, 0, 0)).toBe(
      'Confidence is level with naive (0.0 to 0.0): the interval holds 0, so no difference is shown',
    )
    expect(told(0.012, 0.004, 0.02, { seeds: [7] })).toBe(
      'Confidence is 1.2 points above naive (0.4 to 2.0), of one seed, so chance between trainings is not in it',
    )
    const logloss = CATALOG.metrics.find(({ id }) => id === 'logloss')!
    expect(told(-0.1, -0.2, -0.05, {}, logloss)).toBe(
      `In ${logloss.short}, confidence is .100 below naive (−.200 to −.050)`,
    )
  })
  it('says why there is no difference of PGR, which seeds are left out, and how p is to be read', () => {
    const without = { ...found, measures: { accuracy: { ...found.measures['accuracy']!, pgr: null } } }
    expect(withoutPgr(found, ACCURACY)).toBe('')
    expect(withoutPgr({ ...without, differ: ['weak', 'method'] }, ACCURACY)).toMatch(/the supervisors are other models/)
    const { of } = found.measures['accuracy']!
    const none = { ...of.arm, pgr: { defined: false, reason: '' } as Pgr }
    const undefinedOne = { accuracy: { ...without.measures.accuracy, of: { ...of, arm: none } } }
    expect(withoutPgr({ ...without, measures: undefinedOne }, ACCURACY)).toMatch(/undefined in one of the two/)
    expect(unpaired(found, names)).toBe('')
    expect(unpaired({ ...found, only: { arm: [3, 4], against: [9] } }, names)).toBe(
      'Left out, as the other arm has not done them: seeds 3 and 4 of confidence; seed 9 of naive.',
    )
    expect(mcnemarNote(found)).toMatch(/do not add up over seeds/)
    expect(mcnemarNote({ ...found, groups: 46 })).toMatch(/come in 46 groups: go by the interval/)
    expect([0.0312, 0.0004, 1].map((p) => toldP(p))).toEqual(['.031', '< .001', '1.000'])
  })
  it('has looks of its own for either arm, and every move under one entry', () => {
    expect(pairLooks(quick, confidence, naive).arm).toEqual(studentLooks(quick)(confidence))
    const same = pairLooks(quick, naive, { ...naive })
    expect(same.against.color).not.toBe(same.arm.color)
    const moves = MOVE_ROWS.flatMap(({ moves }) => moves.map(({ move }) => move))
    for (const move of moves) expect(ENTRIES.filter((entry) => entry.moves.includes(move))).toHaveLength(1)
    expect(parseMoves('own-right,nonsense,copied-right')).toEqual(['copied-right', 'own-right'])
    expect(moveName('copied-right')).toBe('corrected: copies an error, then right')
    expect([moveName('right-right'), moveName('own-own')]).toEqual(['both right', 'both wrong, each errs by itself'])
  })
})
