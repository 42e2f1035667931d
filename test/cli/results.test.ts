import { describe, expect, it } from 'vitest'
import { metricsOf, resultTable as tableOf } from '../../src-main/cli/results'
import { columns, duration, size, wrap } from '../../src-main/cli/text'
import type { ArmResult, Contrast, Pgr } from '../../src-main/science/metrics/result'

const estimate = (value: number) => ({ value, low: value - 0.02, high: value + 0.02, seeds: 2, examples: 1000 })
const measured = { gap: 0.1, seeds: 2, examples: 1000, convention: 'means over seeds' }

function arm(method: string, pgr: Pgr | null, seedsDone: number): ArmResult {
  const of = (value: number) => (seedsDone > 0 ? estimate(value) : null)
  const measured = {
    ...{ weak: estimate(0.8), student: estimate(0.85), ceiling: estimate(0.9), references: {}, bySeed: [] },
    ...{ training: null, stops: { last: 0.85, 'weak-validation': 0.85, oracle: 0.86 } },
  }
  return {
    arm: {
      id: method,
      task: 'spam',
      weak: { model: 'words', words: 30 },
      strong: { model: 'vectors', hidden: 32 },
      measure: 'test',
      optimisers: null,
      method: { method },
      title: '',
      weakTitle: 'words 30',
      strongTitle: 'vectors 32',
      methodTitle: method,
      seeds: [0, 1].map((seed) => ({ seed, weak: '', labels: '', student: '', ceiling: '' })),
    },
    stop: 'last',
    covers: null,
    seedsDone,
    measures: pgr ? { accuracy: { ...measured, pgr } } : {},
    agreement: of(0.9),
    agreementWeakRight: of(0.95),
    agreementWeakWrong: of(0.41),
    saving: null,
    warnings: [],
    bySeed: [],
    training: null,
    stops: null,
  }
}

const resultTable = (result: Parameters<typeof tableOf>[0], width: number) =>
  tableOf(result, metricsOf({}, 'accuracy'), width)
const told = (...arms: ArmResult[]) => ({ arms, contrasts: [], covers: '' })

describe('the result table', () => {
  const defined: Pgr = { ...measured, defined: true, value: 0.5, low: -0.1, high: 1.2, warning: 'The gap is small.' }
  const undefinedPgr: Pgr = { ...measured, defined: false, reason: 'The ceiling is not above the supervisor.' }

  it('has a row an arm, and says under the table what is special about it', () => {
    const lines = resultTable(told(arm('naive', defined, 2), arm('confidence', undefinedPgr, 1)), 400)
    expect(lines.slice(0, 4)).toEqual([
      'spam · words 30 → vectors 32',
      '  method       weak  student  ceiling                       PGR  agreement  copied               n',
      '  naive       0.800    0.850    0.900  0.50 (-0.10 to 1.20) [1]      0.900   0.410       2 × 1,000',
      '  confidence  0.800    0.850    0.900             undefined [2]      0.900   0.410  1 of 2 × 1,000',
    ])
    expect(lines.slice(-2)).toEqual(['[1] The gap is small.', '[2] The ceiling is not above the supervisor.'])
  })

  it('names the rule by which a student is reported, and what the intervals cover', () => {
    const covers = '95 % intervals cover the rows of one test split.'
    const [last, early] = (['last', 'weak-validation'] as const).map((stop) =>
      resultTable({ arms: [{ ...arm('naive', defined, 2), stop }], contrasts: [], covers }, 400).join('\n'),
    )
    expect(last).toContain('The student is reported at its last step.')
    expect(early).toContain('The student is reported where it agrees best with weak labels on validation examples.')
    expect(early).toContain(`\n${covers}\n`)
  })

  it('has the references of a group under its arms', () => {
    const beside = (method: string) => {
      const { measures, ...rest } = arm(method, defined, 2)
      return {
        ...rest,
        measures: { accuracy: { ...measures['accuracy']!, references: { 'bag of words': estimate(0.91) } } },
      }
    }
    const lines = resultTable(told(beside('naive'), beside('confidence')), 400)
    expect(lines.slice(2, 6).map((line) => line.slice(0, 62).trimEnd())).toEqual([
      expect.stringMatching(/^ {2}naive/),
      expect.stringMatching(/^ {2}confidence/),
      '  reference, bag of words: 0.910 (0.890 to 0.930)',
      '',
    ])
  })

  it('marks the arms that a warning is about', () => {
    const warned = { ...arm('naive', defined, 2), warnings: ['The supervisor leans to one class.'] }
    const lines = resultTable(told(warned), 400)
    expect(lines[2]).toMatch(/^ {2}naive \[1\] +0\.800/)
    expect(lines.at(-2)).toBe('[1] The supervisor leans to one class.')
  })

  it('has a row a pair of methods, and their task where there are several', () => {
    const naive = arm('naive', defined, 2)
    const confidence = arm('confidence', defined, 2)
    const contrast: Contrast = {
      ...{ arm: 'confidence', against: 'naive', title: 'confidence \u2212 naive', task: 'spam', differ: 'method' },
      measures: {
        accuracy: {
          student: { value: 0.0123, low: -0.004, high: 0.0279 },
          pgr: { value: 0.09, low: -0.03, high: 0.21 },
        },
      },
      ...{ seeds: 2, examples: 1000 },
    }
    const table = (arms: ArmResult[]) => resultTable({ arms, contrasts: [contrast], covers: '' }, 400)
    expect(table([naive, confidence]).slice(4, 7)).toEqual([
      '',
      '  difference, paired                   student                    PGR',
      '  confidence \u2212 naive  +0.012 (-0.004 to 0.028)  +0.09 (-0.03 to 0.21)',
    ])
    const other = { ...arm('other', defined, 2), arm: { ...naive.arm, id: 'other', task: 'foods' } }
    expect(table([naive, confidence, other]).join('\n')).toContain(
      'spam · words 30 → vectors 32 · confidence \u2212 naive',
    )
    const models: Contrast = { ...contrast, differ: 'strong' }
    expect(resultTable({ arms: [naive, confidence], contrasts: [models], covers: '' }, 400).join()).not.toContain(
      'paired',
    )
  })

  it('shows dashes, never zeros, where nothing is known', () => {
    expect(resultTable(told(arm('naive', null, 0)), 80)).toEqual(['No arm has a result yet.'])
    const [, , , row] = resultTable(told(arm('naive', defined, 2), arm('confidence', null, 0)), 80)
    expect(row!.split(/ {2,}/)).toEqual(['', 'confidence', '-', '-', '-', '-', '-', '-', '0 seeds'])
  })
})

describe('texts', () => {
  it.each([
    [0, '0.0 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [59.6, '1 min 00 s'],
    [3599.6, '1 h 00 min'],
    [7800, '2 h 10 min'],
  ])('%f seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text))

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [3_827_607, '3.8 MB'],
  ])('%i bytes are %s', (bytes, text) => expect(size(bytes)).toBe(text))

  it('fold the last column under itself', () => {
    const rows = [
      ['a', 'one two three four five six'],
      ['bb', 'seven'],
    ]
    expect(columns(rows, { width: 28 })).toEqual(['a   one two three four five', '    six', 'bb  seven'])
    expect(columns(rows, { right: [0] })).toEqual([' a  one two three four five six', 'bb  seven'])
    expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  })
})
