import { describe, expect, it } from 'vitest'
import { resultTable } from '../../src-main/cli/results'
import { columns, duration, size, wrap } from '../../src-main/cli/text'
import type { ArmResult, Pgr } from '../../src-main/science/metrics/result'

const estimate = (value: number) => ({ value, low: value - 0.02, high: value + 0.02, seeds: 2, examples: 1000 })
const measured = { gap: 0.1, seeds: 2, examples: 1000, convention: 'means over seeds' }

function arm(method: string, pgr: Pgr | null, seedsDone: number): ArmResult {
  const of = (value: number) => (seedsDone > 0 ? estimate(value) : null)
  return {
    arm: {
      id: method,
      task: 'spam',
      weak: { model: 'words', words: 30 },
      strong: { model: 'vectors', hidden: 32 },
      measure: 'test',
      method: { method },
      title: '',
      weakTitle: 'words 30',
      strongTitle: 'vectors 32',
      methodTitle: method,
      seeds: [0, 1].map((seed) => ({ seed, weak: '', labels: '', student: '', ceiling: '' })),
    },
    stop: 'last',
    seedsDone,
    weak: of(0.8),
    student: of(0.85),
    ceiling: of(0.9),
    agreement: of(0.9),
    agreementWeakRight: of(0.95),
    agreementWeakWrong: of(0.41),
    pgr,
    bySeed: [],
    training: null,
    stops: null,
  }
}

describe('the result table', () => {
  const defined: Pgr = { ...measured, defined: true, value: 0.5, low: -0.1, high: 1.2, warning: 'The gap is small.' }
  const undefinedPgr: Pgr = { ...measured, defined: false, reason: 'The ceiling is not above the supervisor.' }

  it('has a row an arm, and says under the table what is special about it', () => {
    const lines = resultTable([arm('naive', defined, 2), arm('confidence', undefinedPgr, 1)], 400)
    expect(lines.slice(0, 4)).toEqual([
      'spam · words 30 → vectors 32',
      '  method       weak  student  ceiling                       PGR  agreement  copied               n',
      '  naive       0.800    0.850    0.900  0.50 (-0.10 to 1.20) [1]      0.900   0.410       2 × 1,000',
      '  confidence  0.800    0.850    0.900             undefined [2]      0.900   0.410  1 of 2 × 1,000',
    ])
    expect(lines.slice(-2)).toEqual(['[1] The gap is small.', '[2] The ceiling is not above the supervisor.'])
  })

  it('shows dashes, never zeros, where nothing is known', () => {
    expect(resultTable([arm('naive', null, 0)], 80)).toEqual(['No arm has a result yet.'])
    const [, , , row] = resultTable([arm('naive', defined, 2), arm('confidence', null, 0)], 80)
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
