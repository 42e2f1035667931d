import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import Papa from 'papaparse'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import {
  DatasetError,
  importDataset,
  LIMITS,
  listImported,
  previewDataset,
  readTask,
} from '../../src-main/data/datasets'
import { createCsvReader } from '../../src-main/data/datasets/csv'
import type { Entry } from '../../src-main/data/datasets/problem'
import type { DatasetQuery, ImportRequest } from '../../src-preload/contract'

const root = mkdtempSync(join(tmpdir(), 'w2s-datasets-'))
afterAll(() => rmSync(root, { recursive: true }))
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'))
})

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const preview = (name: string, content: string | Uint8Array, chosen: Omit<DatasetQuery, 'path'> = {}) =>
  previewDataset({ path: file(name, content), ...chosen })
const request = (path: string, changes: Partial<ImportRequest> = {}): ImportRequest => ({
  path,
  id: 'mine',
  title: 'Mine',
  question: 'Which?',
  licence: 'CC0',
  text: 'text',
  label: 'label',
  split: null,
  group: null,
  classes: ['no', 'yes'],
  ...changes,
})
/** 50 good JSONL lines, numbered from 1. */
const lines = (change: (i: number) => object | string = () => ({})) =>
  Array.from({ length: 50 }, (_, i) => {
    const changed = change(i + 1)
    if (typeof changed === 'string') return changed
    return JSON.stringify({ text: `text number ${i + 1} of the set`, label: i % 2 ? 'yes' : 'no', ...changed })
  }).join('\n')
async function problems(work: Promise<unknown>): Promise<DatasetError['problems']> {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  )
  expect(error).toBeInstanceOf(DatasetError)
  return (error as DatasetError).problems
}

describe('preview', () => {
  it('guesses columns by name, counts labels, shows the first rows', async () => {
    const found = await preview(
      'a.jsonl',
      lines((i) => ({ Group: `g${i % 5}`, split: i > 40 ? 'test' : 'train' })),
    )
    expect(found).toMatchObject({
      format: 'jsonl',
      columns: ['text', 'label', 'Group', 'split'],
      text: 'text',
      label: 'label',
      split: 'split',
      group: 'Group',
      counts: [
        { label: 'no', n: 25 },
        { label: 'yes', n: 25 },
      ],
      examples: 50,
      duplicates: 0,
      errors: [],
      badLines: 0,
    })
    expect(found.rows).toHaveLength(20)
    expect(found.rows[1]).toEqual({ text: 'text number 2 of the set', label: 'yes' })
  })

  it('guesses by content where names say nothing; what the user chose wins', async () => {
    const csv =
      'id,opinion,useful\n1,the soup was very good indeed,1\n2,we waited for an hour or two,0\n3,never again will I go there,0\n'
    expect(await preview('a.csv', csv)).toMatchObject({ text: 'opinion', label: 'useful', split: null, examples: 3 })
    expect(await preview('a.csv', csv, { label: 'id' })).toMatchObject({
      text: 'opinion',
      label: 'id',
      classes: ['1', '2', '3'],
    })
  })

  it('leaves open what it cannot tell, and still counts', async () => {
    const found = await preview('a.csv', 'a,b\n1,2\n3,4\n5,6\n')
    expect(found).toMatchObject({ text: null, label: null, examples: 3, rows: [], counts: [], errors: [] })
  })

  it('reads CSV with a byte order mark, CRLF, quotes, line breaks in quotes, empty lines and semicolons', async () => {
    const csv =
      '\uFEFFtext;label\r\n"He said ""no""; twice";a\r\n\r\n"two\r\nlines";b\r\nplain, with comma;a\r\n  "not quoted";b\r\n'
    expect((await preview('a.csv', csv)).rows).toEqual([
      { text: 'He said "no"; twice', label: 'a' },
      { text: 'two\nlines', label: 'b' },
      { text: 'plain, with comma', label: 'a' },
      { text: '  "not quoted"', label: 'b' },
    ])
  })

  it('reads tabs, and names a column without a name by its place', async () => {
    const found = await preview('a.tsv', '\ttext\tlabel\n0\tone, two\tx\n1\tthree "four" five\ty\n')
    expect(found.columns).toEqual(['column 1', 'text', 'label'])
    expect(found.rows.map((r) => r.text)).toEqual(['one, two', 'three "four" five'])
  })

  it('takes numbers and truth values as labels, with spaces around them or not', async () => {
    const found = await preview(
      'a.jsonl',
      '{"text":"a","label":true}\n{"text":"b","label":" false "}\n{"text":"c","label":true}',
    )
    expect(found.counts).toEqual([
      { label: 'true', n: 2 },
      { label: 'false', n: 1 },
    ])
  })

  it('names every bad line of a JSONL file and what it wants there', async () => {
    const bad: Record<number, object | string> = {
      3: '{"text": "cut',
      5: '[1, 2]',
      8: { label: undefined },
      9: { text: '   ' },
      12: { label: 'maybe' },
      13: { text: 7 },
      20: { label: { a: 1 } },
    }
    const found = await preview(
      'a.jsonl',
      lines((i) => bad[i] ?? {}),
    )
    expect(found.errors).toEqual([
      { line: 3, message: 'expected one JSON object a line, got "{\\"text\\": \\"cut"' },
      { line: 5, message: 'expected one JSON object a line, got [1,2]' },
      { line: 8, message: 'expected a label in column "label", got nothing' },
      { line: 9, message: 'expected a text in column "text", got "   "' },
      { line: 12, message: 'expected one of "no", "yes" (the two classes), got "maybe"' },
      { line: 13, message: 'expected a text in column "text", got 7' },
      { line: 20, message: 'expected a label in column "label", got {"a":1}' },
    ])
    expect(found).toMatchObject({ badLines: 7, examples: 43 })
  })

  it('names every bad line of a CSV file, counting the lines inside quotes', async () => {
    const csv = 'text,label\n"two\nlines",a\ngood,b\nshort\nok,a\n"open,b\nfine,b\n"half" quoted,a\nlast,a\n'
    const found = await preview('a.csv', csv)
    expect(found.errors).toEqual([
      { line: 5, message: 'expected 2 columns as in the header, got 1' },
      { line: 7, message: 'expected quotes around whole fields, doubled inside and closed, got "\\"open,b"' },
      { line: 9, message: 'expected quotes around whole fields, doubled inside and closed, got "\\"half\\" quoted,a"' },
    ])
    expect(found.rows.map((r) => r.text)).toEqual(['two\nlines', 'good', 'ok', 'fine', 'last'])
  })

  it('tells at most 50 bad lines and counts all', async () => {
    const found = await preview('a.jsonl', `${lines()}\n${'{"text":"no label here"}\n'.repeat(120)}`)
    expect(found.errors).toHaveLength(50)
    expect(found.badLines).toBe(120)
  })

  it('counts texts that come again', async () => {
    expect(
      await preview(
        'a.jsonl',
        lines((i) => (i > 45 ? { text: 'the same text as before' } : {})),
      ),
    ).toMatchObject({
      duplicates: 4,
      examples: 50,
      badLines: 0,
    })
  })

  it('names lines that are not UTF-8', async () => {
    const latin = Buffer.from('text,label\nschön und gut,a\ncafé,b\n', 'latin1')
    expect((await preview('a.csv', latin)).errors).toEqual([
      { line: 2, message: 'expected UTF-8 text, got other bytes' },
    ])
    expect(await preview('a.csv', latin)).toMatchObject({ badLines: 2, notices: [{ kind: 'cause' }] })
  })

  it.each<[string, string, string | Uint8Array, object]>([
    [
      'an empty file',
      'a.csv',
      '',
      { path: 'path', expected: 'a file with a row for each example', got: 'one without rows' },
    ],
    [
      'a header alone',
      'a.csv',
      'text,label\n',
      { path: 'path', expected: 'a file with a row for each example', got: 'one without rows' },
    ],
    [
      'a column named twice',
      'a.csv',
      'text,text\na,b\n',
      { path: 'line 1', expected: 'every column name once', got: '"text" twice' },
    ],
    ['another ending', 'a.xlsx', 'PK', { path: 'path', got: '.xlsx' }],
    [
      'an endless line',
      'a.jsonl',
      'x'.repeat(LIMITS.line + 9),
      { path: 'line 1', expected: 'a line of at most 1048576 bytes' },
    ],
  ])('refuses %s', async (_what, name, content, problem) => {
    expect(await problems(preview(name, content))).toMatchObject([problem])
  })

  it('refuses a file that is not there, a folder, and a column that is not there', async () => {
    const at = (path: string) => problems(previewDataset({ path }))
    expect(await at(join(folder, 'no.csv'))).toEqual([
      { path: 'path', expected: 'a file that can be read', got: 'no.csv: ENOENT' },
    ])
    const dir = mkdtempSync(join(folder, 'x'))
    expect(await at(dir)).toMatchObject([{ path: 'path', got: expect.stringMatching(/^x.*, without$/) as string }])
    expect(await problems(preview('a.csv', 'text,label\na,b\n', { label: 'lable' }))).toEqual([
      { path: 'label', expected: 'a column: one of "text", "label"; did you mean "label"?', got: '"lable"' },
    ])
  })
})

describe('CSV', () => {
  it('reads what a writer of the standard writes, whatever is in the fields', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', ';', '\n', ' ', "'") })
    const separator = fc.constantFrom(',', ';', '\t')
    fc.assert(
      fc.property(fc.array(fc.tuple(field, field), { minLength: 1 }), separator, (rows, delimiter) => {
        const written = Papa.unparse([['text', 'label'], ...rows], { delimiter, newline: '\n', quotes: true })
        const read: unknown[] = []
        const emit = (entry: Entry) => read.push('values' in entry ? [...entry.values.values()] : entry)
        const reader = createCsvReader({ separator: delimiter, header: true, quotes: true })
        written.split('\n').forEach((text, i) => reader.feed({ number: i + 1, text, broken: false, cut: false }, emit))
        reader.end(emit)
        expect(read).toEqual(rows)
      }),
    )
  })
})

describe('import', () => {
  it('writes rows and description that the rest of the app reads', async () => {
    const path = file(
      'a.jsonl',
      lines((i) => ({ group: `g${i}`, split: i % 5 ? 'train' : 'TEST' })),
    )
    const home = join(folder, 'datasets')
    const info = await importDataset(request(path, { split: 'split', group: 'group', classes: ['yes', 'no'] }), home)
    expect(info).toMatchObject({
      id: 'mine',
      classes: ['yes', 'no'],
      examples: 50,
      licence: 'CC0',
      source: 'imported from a.jsonl',
      origin: 'imported',
    })
    expect(readdirSync(home).sort()).toEqual(['mine.json', 'mine.jsonl.gz'])
    expect(
      createHash('sha256')
        .update(readFileSync(join(home, 'mine.jsonl.gz')))
        .digest('hex'),
    ).toBe(info.sha256)
    expect(await listImported(home)).toEqual([info])
    const rows = await readTask(join(home, 'mine.jsonl.gz'), { kind: 'classes' })
    expect(rows).toHaveLength(50)
    expect(rows[4]).toEqual({ text: 'text number 5 of the set', label: 1, split: 'test', group: 'g5' })
  })

  it('takes CSV', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `"text, ""${i}"" here",${i % 2 ? 'yes' : 'no'}`)
    const path = file('a.csv', `text,label\n${rows.join('\n')}\n`)
    await importDataset(request(path), folder)
    expect((await readTask(join(folder, 'mine.jsonl.gz'), { kind: 'classes' }))[7]).toEqual({
      text: 'text, "7" here',
      label: 1,
    })
  })

  it('refuses a file with bad lines, naming them, and leaves nothing', async () => {
    const path = file(
      'a.jsonl',
      lines((i) => (i === 9 ? { label: 'maybe' } : i === 30 ? '{' : {})),
    )
    const home = join(folder, 'datasets')
    expect(await problems(importDataset(request(path), home))).toEqual([
      { path: 'line 9', expected: 'one of "no", "yes" (the two classes)', got: '"maybe"' },
      { path: 'line 30', expected: 'one JSON object a line', got: '"{"' },
    ])
    expect(existsSync(home)).toBe(false)
    expect(await listImported(home)).toEqual([])
  })

  it('tells 50 bad lines and the number of all', async () => {
    const path = file('a.jsonl', lines((i) => ({ label: i > 10 ? '' : 'no' })) + `\n${'{}\n'.repeat(30)}`)
    const told = await problems(importDataset(request(path), folder))
    expect(told).toHaveLength(51)
    expect(told.at(-1)).toEqual({ path: 'path', expected: 'no bad line', got: '70, of which 50 are told' })
  })

  it.each<[string, Partial<ImportRequest>, object]>([
    ['an id with a path in it', { id: '../x' }, { path: 'id', got: '"../x"' }],
    ['one class', { classes: ['a'] }, { path: 'classes', expected: '2 to 60 classes' }],
    [
      'too many classes',
      { classes: Array.from({ length: 61 }, (_, i) => `${i}`) },
      { path: 'classes', expected: '2 to 60 classes' },
    ],
    ['one class twice', { classes: ['a', 'a'] }, { path: 'classes', expected: 'different classes' }],
    ['no title', { title: ' ' }, { path: 'title' }],
    ['text as its own label', { label: 'text' }, { path: 'label', expected: 'another column than that of the text' }],
    ['a column that is not there', { group: 'author' }, { path: 'group', got: '"author"' }],
    [
      'a split column of other values',
      { split: 'label' },
      { path: 'line 1', expected: expect.stringContaining('in column "label"') as string },
    ],
  ])('refuses %s', async (_what, changes, problem) => {
    const found = await problems(importDataset(request(file('a.jsonl', lines()), changes), join(folder, 'd')))
    expect(found[0]).toMatchObject(problem)
    expect(await listImported(join(folder, 'd'))).toEqual([])
  })

  it('refuses a class with too few examples to be split four ways', async () => {
    const path = file(
      'a.jsonl',
      lines((i) => ({ label: i > 40 ? 'yes' : 'no' })),
    )
    expect(await problems(importDataset(request(path), folder))).toEqual([
      { path: 'classes[1]', expected: 'at least 20 examples of "yes"', got: '10' },
    ])
  })

  it('refuses an id that is taken', async () => {
    const path = file('a.jsonl', lines())
    await importDataset(request(path), folder)
    expect(await problems(importDataset(request(path), folder))).toEqual([
      { path: 'id', expected: 'an id that is not taken', got: '"mine"' },
    ])
  })

  it('lists no rows without a description, and no foreign file', async () => {
    file('half.jsonl.gz', 'rows')
    file('foreign.json', '{"a":1}')
    file('alone.json', JSON.stringify({ id: 'alone' }))
    expect(await listImported(folder)).toEqual([])
    expect(await listImported(join(folder, 'not-there'))).toEqual([])
  })
})

describe('readTask', () => {
  it('names file, line and what is wrong', async () => {
    const path = file('a.jsonl', '{"text":"a","label":0}\n{"text":"b","label":-1}\n')
    await expect(readTask(path, { kind: 'classes' })).rejects.toThrow(
      'a.jsonl, line 2: label: expected at least 0, got -1',
    )
    await expect(readTask(file('b.jsonl', 'x\n'), { kind: 'classes' })).rejects.toThrow(
      'b.jsonl, line 1: expected a JSON object, got "x"',
    )
  })
})
