import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FIELDS, parseQuery, QueryError, readQuery, type Subject } from '../../src-main/science/query'

const at = (day: number) => new Date(2026, 10, day, 12).getTime()
const subject = (changes: Partial<Subject> = {}): Subject => ({
  ...{ texts: ['Five tasks', 'does it copy errors?'], state: 'done', is: ['starred'], tags: ['paper', 'old-one'] },
  ...{ name: 'Five tasks', question: 'Does it copy errors?', notes: '', begun: at(20), took: 300 },
  ...{ task: 'spam', weak: 'words 50', strong: 'vectors 32', method: 'naive', seeds: 5 },
  ...{ floor: 0.8, student: 0.84, ceiling: 0.9, gap: 0.1, pgr: 0.4, low: 0.3, high: 0.5 },
  ...changes,
})
const holds = (query: string, changes: Partial<Subject> = {}) => parseQuery(query).test(subject(changes))

describe('a query', () => {
  test.each([
    ['', true],
    ['five', true],
    ['FIVE TASKS', true],
    ['six', false],
    ['"five tasks"', true],
    ['"tasks five"', false],
    ['"copy errors?"', true],
    ['state:done task:spam pgr>.2 seeds>=5 tag:paper "five" -tag:older', true],
    ['tag:pap', true],
    ['tag=pap', false],
    ['tag="old-one"', true],
    ['is:starred', true],
    ['is:hidden', false],
    ['pgr:.4', true],
    ['pgr=.41', false],
    ['pgr:.1...4', true],
    ['pgr:0.41..', false],
    ['pgr:...5', true],
    ['pgr>-.5', true],
    ['pgr>\u2212.5', true],
    ['pgr<.4', false],
    ['pgr<=.4', true],
    ['pgr:undefined', false],
    ['NOT pgr:undefined', true],
    ['low>0 gap>=.1 reached<ceiling', null],
    ['begun:2026-11-20', true],
    ['begun>2026-11-20', false],
    ['begun<=2026-11-20', true],
    ['begun:2026-11-01..2026-11-20', true],
    ['begun:..2026-11-19', false],
    ['weak:"words 50" student:vectors method:naive', true],
    ['six OR five', true],
    ['six OR seven', false],
    ['five six OR tasks', true],
    ['five (six OR tasks)', true],
    ['five AND NOT (six OR seven)', true],
    ['-(five)', false],
    ['- five', false],
    ['- OR five', true],
    ['and', false],
  ])('%s', (query, expected) => {
    if (expected === null) expect(() => parseQuery(query)).toThrow(QueryError)
    else expect(holds(query)).toBe(expected)
  })

  test('an undefined PGR is asked for by name and lies in no range; a run without arms has no figures', () => {
    expect(holds('pgr:undefined', { pgr: 'undefined' })).toBe(true)
    expect(holds('pgr<1 OR pgr>=1', { pgr: 'undefined' })).toBe(false)
    expect(holds('pgr:undefined OR seeds>=0 OR task:spam', { pgr: null, seeds: null, task: null })).toBe(false)
  })

  test('its parts can be taken out one by one', () => {
    const text = 'state:done  (task:spam OR task:foods) -tag:old'
    const { parts, fields } = parseQuery(text)
    expect(parts.map((part) => part.text)).toEqual(['state:done', '(task:spam OR task:foods)', '-tag:old'])
    for (const { from, to, text: part } of parts) expect(text.slice(from, to)).toBe(part)
    expect([...fields]).toEqual(['state', 'task', 'tag'])
    expect(parseQuery('a OR b').parts).toEqual([{ from: 0, to: 6, text: 'a OR b' }])
  })

  test.each([
    ['pgr>', 4, 'a number such as .2', 'nothing'],
    ['pgr>lots', 4, 'a number such as .2', '"lots"'],
    ['pgr>.1...3', 4, 'a number', '".1...3"'],
    ['state:gone', 6, 'queued, running, done, failed, cancelled or interrupted', '"gone"'],
    ['state>done', 5, ': or = after state', '>'],
    ['begun:2026-02-30', 6, 'a day such as', '"2026-02-30"'],
    ['colour:red', 0, 'state, is, tag', '"colour"'],
    ['a (b OR c', 9, 'a closing bracket', 'the end of the query'],
    ['a) b', 1, 'a word, a field, AND or OR', '")"'],
    ['a OR', 4, 'a word, a field or a bracket', 'the end of the query'],
    ['AND a', 0, 'a word, a field or a bracket', '"AND"'],
    ['a "open', 7, 'a closing "', 'the end of the query'],
    ['tag:', 4, 'a word or "a phrase"', 'nothing'],
    ['('.repeat(150) + 'a' + ')'.repeat(150), 101, 'at most 100 brackets', '"("'],
  ])('%s says where it goes wrong', (query, place, expected, got) => {
    const { problem } = readQuery(query)
    expect(problem).toMatchObject({ at: place, got })
    expect(problem!.expected).toContain(expected)
  })

  const words = fc.constantFrom(
    ...[
      'a',
      '(',
      ')',
      'AND',
      'OR',
      'NOT',
      '-',
      '"',
      'pgr',
      '>',
      '>=',
      ':',
      '.2',
      '..',
      'tag',
      ' ',
      '=',
      '2026-01-01',
      '\u0000',
    ],
    ...Object.keys(FIELDS),
  )
  test('any text is read or refused at a place in it, and never anything else', () => {
    const texts = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.array(words, { maxLength: 25 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const { query, problem } = readQuery(text)
        if (query) expect(typeof query.test(subject())).toBe('boolean')
        else {
          expect(problem.at).toBeGreaterThanOrEqual(0)
          expect(problem.at).toBeLessThanOrEqual(text.length)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('NOT turns any query round, and brackets change nothing', () => {
    const whole = fc.array(words, { maxLength: 12 }).map((parts) => parts.join(' '))
    fc.assert(
      fc.property(whole, (text) => {
        const { query } = readQuery(text)
        fc.pre(query !== null && text.trim() !== '')
        expect(holds(`(${text})`)).toBe(holds(text))
        expect(holds(`NOT (${text})`)).toBe(!holds(text))
      }),
      { numRuns: 500 },
    )
  })
})
