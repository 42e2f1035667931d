// Files that are to keep the reader busy for ever, or that lose a line.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DatasetError, LIMITS, previewDataset } from '../../src-main/data/datasets'
import { look, problemsOf, sentences, take, textOf, written } from './dataset-files'

describe('every line', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'b', '"', ' ', ',', 'é', '\t', '{', '}'), maxLength: 12 })
  const file = fc.array(
    fc.oneof(
      fc.tuple(cell, fc.constantFrom('x', 'y')).map((c) => c.join('\t')),
      cell,
      fc.constant(''),
    ),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  it.each([
    ['.tsv', 'text\tlabel'],
    ['.csv', 'text\tlabel'],
    ['.csv', 'text,label'],
    ['.jsonl', '{"text":"a","label":"x"}'],
  ])('of a %s file is a row, a bad line, blank, the header or goes on from one before', async (ending, head) => {
    await fc.assert(
      fc.asyncProperty(file, fc.constantFrom('\n', '\r\n'), async (rows, end) => {
        const all = [
          head,
          ...rows.map((row) => (head.includes(',') && !head.includes('{') ? row.replaceAll('\t', ',') : row)),
        ]
        const header = { header: true, text: 'text', label: 'label', split: null, group: null }
        const found = await look(`lines${ending}`, all.join(end) + end, header).catch((error: unknown) => {
          expect((error as DatasetError).problems[0]).toMatchObject({
            got: expect.stringMatching(/one without rows|"text"/) as string,
          })
        })
        if (!found) return
        const { lines } = found
        expect(lines.all).toBe(all.length)
        expect(found.examples + found.badLines + lines.blank + lines.header + lines.continued).toBe(lines.all)
        if (ending === '.tsv' || ending === '.jsonl') expect(lines.continued).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  it('of one text over several lines is told', async () => {
    const found = await look('over.csv', 'text,label\n"one\ntwo\nthree",a\nfour,b\n')
    expect(found.lines).toEqual({ all: 5, blank: 0, header: 1, continued: 2 })
    expect(textOf(found.notices)).toContain('2 lines go on from the line before, inside quotes.')
  })
})

describe('hostile files are read in time that is in proportion to them', () => {
  const size = 2 ** 21
  it.each<[string, string, string]>([
    ['open quotes', 'q.csv', `text,label\n${'"\n'.repeat(size / 2)}`],
    ['open quotes that never close', 'o.csv', `text,label\n${'"a\n\n'.repeat(size / 4)}`],
    ['rows of 400 lines each', 'r.csv', `text,label\n${`"${'x""\n'.repeat(400)}",a\n`.repeat(size / 2000)}`],
    ['quotes in the middle', 'm.csv', `text,label\n${'a"b,"c\n'.repeat(size / 7)}`],
    ['commas', 'c.csv', ','.repeat(2 ** 20 - 1)],
    ['lines of commas', 'l.csv', `text,label\n${`${','.repeat(5000)}\n`.repeat(size / 5000)}`],
    ['distinct keys', 'k.jsonl', Array.from({ length: size / 16 }, (_, i) => `{"key ${i}":1}`).join('\n')],
    ['brackets', 'b.json', '['.repeat(size)],
    ['braces', 'e.jsonl', '{'.repeat(2 ** 20)],
    ['nested objects', 'n.jsonl', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['digits', 'd.jsonl', `{"text":${'9'.repeat(2 ** 20 - 30)}.5,"label":1}`],
    ['escapes that never end', 's.jsonl', `{"text": NaN, "a": "${'\\"'.repeat(2 ** 19 - 20)}`],
    ['one text in every row', 't.jsonl', '{"text":"the same text again","label":1}\n'.repeat(size / 40)],
    ['nulls', 'z.csv', '\0'.repeat(size / 4)],
  ])('%s', async (_what, name, content) => {
    // A test's own time limit is the bound: quadratic work on these takes minutes.
    const found = await look(name, content).catch((error: unknown) => error)
    if (found instanceof Error) expect(found).toBeInstanceOf(DatasetError)
    else expect(JSON.stringify(found).length).toBeLessThan(2 ** 20)
  })

  it('and more columns than anybody means are refused', async () => {
    expect(
      await problemsOf(look('c.csv', `${Array.from({ length: 1001 }, (_, i) => `c${i}`).join(',')}\n`)),
    ).toMatchObject([{ path: 'line 1', expected: 'at most 1000 columns', got: '1001' }])
    const keys = Array.from({ length: 1100 }, (_, i) => `{"text":"a text","label":"x","k${i}":1}`).join('\n')
    expect(await problemsOf(look('k.jsonl', keys))).toMatchObject([
      { path: 'line 999', expected: 'at most 1000 columns in all rows' },
    ])
  })

  it('and rows that would take more than a run can read are not kept', async () => {
    const text = '\u0001'.repeat(99_000)
    const rows = Array.from({ length: 760 }, (_, i) => `${text}${i},${i % 2}`).join('\n')
    const path = written('control.csv', `text,label\n${rows}\n`)
    const found = await previewDataset({ path, twins: false })
    expect(found.badLines).toBe(0)
    expect(await problemsOf(take(found, { twins: false }))).toMatchObject([
      { path: 'path', expected: `at most ${LIMITS.kept} characters as they are kept` },
    ])
  }, 120_000)
})

it('stops when it is told to', async () => {
  const path = written(
    'stop.jsonl',
    sentences
      .map((row) => JSON.stringify(row))
      .join('\n')
      .repeat(200),
  )
  const stop = new AbortController()
  const work = previewDataset({ path }, { signal: stop.signal, onRead: () => stop.abort() })
  await expect(work).rejects.toMatchObject({ name: 'AbortError' })
})
