// Files as people bring them, each with what it is read as; and others of the same kinds.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMITS, previewDataset } from '../../src-main/data/datasets'
import { parseRecord } from '../../src-main/data/datasets/json-value'
import { SPLITS } from '../../src-main/science/stages'
import { splitTask, unnamedClasses } from '../../src-main/science/tasks'
import { CASES, caseOf, folder, groupsOf, latestInfo, look, problemsOf, sentences, take, textOf } from './dataset-files'

describe('columns that are not said, and none', () => {
  it('imports no group where none is chosen', async () => {
    const guessed = await caseOf('d30-user-column.csv')
    expect(guessed.group).toBe('user')
    expect(new Set(groupsOf(await take(guessed))).size).toBeGreaterThan(1)
    const none = await caseOf('d30-user-column.csv', { group: null })
    expect(none).toMatchObject({ text: 'text', label: 'label', group: null })
    expect(new Set(groupsOf(await take(none)))).toEqual(new Set([undefined]))
  })

  it('guesses no text or label either where none is chosen', async () => {
    expect(await caseOf('d30-user-column.csv', { text: null })).toMatchObject({ text: null, rows: [], examples: 120 })
    expect(await caseOf('d30-user-column.csv', { label: null })).toMatchObject({ label: null, counts: [] })
  })
})

describe('splits', () => {
  it('takes validation rows as rows to train on, and says so', async () => {
    const found = await caseOf('d03-hub-splits.jsonl')
    expect(found).toMatchObject({ split: 'split', badLines: 0, examples: 120 })
    expect(textOf(found.notices)).toContain('note: 12 rows of "validation" may be trained on')
    const rows = await take(found)
    expect(rows.filter(({ split }) => split === 'train')).toHaveLength(108)
    expect(rows.filter(({ split }) => split === 'test')).toHaveLength(12)
    expect(found.perClass!.test!.concat(found.perClass!.train).reduce((a, b) => a + b)).toBe(120)
  })

  it('takes none where none is chosen', async () => {
    const rows = await take(await caseOf('d03-hub-splits.jsonl', { split: null }))
    expect(rows.filter(({ split }) => split !== undefined)).toEqual([])
  })

  it.each(['dev', 'val', 'VALID', ' Validation '])('knows %j', async (word) => {
    const found = await look(
      'dev.jsonl',
      sentences.map((row, i) => JSON.stringify({ ...row, split: i % 5 ? 'train' : word })).join('\n'),
    )
    expect(found).toMatchObject({ split: 'split', badLines: 0, perClass: { test: null } })
  })

  it('guesses no split from a column of folds', async () => {
    const found = await look(
      'fold.jsonl',
      sentences.map((row, i) => JSON.stringify({ ...row, fold: i % 10 })).join('\n'),
    )
    expect(found).toMatchObject({ split: null, badLines: 0, columns: ['text', 'label', 'fold'] })
    const chosen = await caseOf('d03-hub-splits.jsonl', { text: 'text', label: 'split', split: 'label' })
    expect(chosen.errors[0]!.message).toMatch(/^expected a split \(train, .*\) in column "label", got 1$/)
  })

  it('refuses a test part of one class, which no run could use', async () => {
    const found = await look(
      'one-class.jsonl',
      sentences.map((row, i) => JSON.stringify({ ...row, split: i % 10 ? 'train' : 'test' })).join('\n'),
    )
    expect(found.perClass!.test).toEqual([12, 0])
    expect(found.notices[0]).toMatchObject({
      kind: 'cause',
      text: expect.stringContaining('No run can split it: test') as string,
    })
    expect(await problemsOf(take(found))).toMatchObject([
      {
        path: 'path',
        expected: 'rows that a run can split',
        got: expect.stringContaining('12 of "0", 0 of "1"') as string,
      },
    ])
    expect(await take(found, { split: null })).toHaveLength(120)
  })
})

describe('TSV', () => {
  it('keeps quote marks as characters, so that no row is swallowed', async () => {
    const found = await caseOf('d02-tsv-open-quotes.tsv')
    expect(found.format).toBe('tsv')
    expect(found).toMatchObject({ examples: 120, badLines: 0, lines: { all: 121, header: 1, blank: 0, continued: 0 } })
    const rows = await take(found)
    const lines = readFileSync(found.path, 'utf8').trimEnd().split('\n').slice(1)
    expect(rows.map(({ text }) => text)).toEqual(lines.map((line) => line.split('\t')[1]))
    expect(rows.some(({ text }) => text.includes('"'))).toBe(true)
  })

  it('is read with quotes where that is said, and offers it where most texts stand in them', async () => {
    const tsv = `text\tlabel\n${sentences.map(({ text, label }) => `"a ""${text}"""\t${label}`).join('\n')}\n`
    const found = await look('quoted.tsv', tsv)
    expect(found.rows[0]!.text).toBe(`"a ""${sentences[0]!.text}"""`)
    const [offer] = found.notices.flatMap(({ offers }) => offers)
    expect(offer!.reading).toEqual({ quotes: true })
    expect((await look('quoted.tsv', tsv, offer!.reading)).rows[0]!.text).toBe(`a "${sentences[0]!.text}"`)
  })

  it('without a header is noticed, offered and asked about', async () => {
    const found = await caseOf('d08-no-header.tsv')
    expect(found.examples).toBe(119)
    expect(textOf(found.notices)).toContain('ask: The first line looks like a row: "1" in it is a value of its column')
    expect(await problemsOf(take(found))).toMatchObject([{ path: 'header' }])
    const bare = await caseOf('d08-no-header.tsv', { header: false })
    expect(bare).toMatchObject({ examples: 120, text: 'column 1', label: 'column 2', reading: { header: false } })
    expect(await take(bare, { header: false })).toHaveLength(120)
    expect(await take(found, { header: true })).toHaveLength(119)
  })

  it.each([
    ['a word for its class', (label: number) => (label ? 'spam' : 'ham')],
    ['a number', (label: number) => String(label)],
  ])('without a header, with %s, is noticed in CSV, too', async (_what, name) => {
    const found = await look('bare.csv', sentences.map(({ text, label }) => `${name(label)},"${text}"`).join('\n'))
    expect(textOf(found.notices)).toContain('ask: The first line looks like a row')
  })

  it('without a header, with texts too long for a name', async () => {
    const long = sentences.map(({ text, label }) => `${text.repeat(9)},${label}`).join('\n')
    expect((await look('long.csv', long)).columns).toEqual(['column 1', '0'])
    expect(textOf((await look('long.csv', long)).notices)).toContain('ask: ')
  })

  it('with a header is taken at its word', async () => {
    for (const name of ['d02-tsv-open-quotes.tsv', 'd13-imbalanced.csv', 'd30-user-column.csv'])
      expect(textOf((await caseOf(name)).notices), name).not.toContain('ask:')
  })
})

describe('numbers that a double cannot hold', () => {
  it('are groups of their own', async () => {
    const found = await caseOf('d01-64bit-groups.jsonl')
    expect(found.group).toBe('group')
    const rows = await take(found)
    expect(new Set(groupsOf(rows)).size).toBe(120)
    expect(rows[1]!.group).toBe('1234567890123456001')
  })

  it('keep every digit, wherever they stand', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), fc.string(), (id, text) => {
        const line = `{"a": ${id}, "text": ${JSON.stringify(text)}, "b": ${JSON.stringify(`${id} NaN`)}, "c":{"d":[${id}]}}`
        const values = parseRecord(line) as Map<string, unknown>
        expect(BigInt(values.get('a') as number)).toBe(id)
        expect([values.get('text'), values.get('b')]).toEqual([text, `${id} NaN`])
      }),
    )
  })

  it('and NaN are nothing where they are not used, and named where they are', async () => {
    const found = await caseOf('d05-nan-beside.jsonl')
    expect(found).toMatchObject({ examples: 120, badLines: 0 })
    expect((await caseOf('d05-nan-beside.jsonl', { label: 'score' })).errors[0]).toEqual({
      line: 1,
      message: 'expected a label in column "score", got NaN',
    })
    expect(parseRecord('{"a":NaN,"b":-Infinity,"c":"NaN","d":[NaN]}')).toEqual(
      new Map<string, unknown>([
        ['a', NaN],
        ['b', -Infinity],
        ['c', 'NaN'],
        ['d', expect.anything()],
      ]),
    )
  })
})

describe('texts that are the same', () => {
  it('up to case, blanks and Unicode form stay in one split', async () => {
    const found = await caseOf('d09-near-duplicates.jsonl')
    expect(found).toMatchObject({ duplicates: 240, contradictions: 0 })
    expect(textOf(found.notices)).toContain('240 rows repeat an earlier text')
    const rows = await take(found)
    const fold = (text: string) => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
    for (const splitSeed of [0, 1, 2]) {
      const sizes = { weak: 80, transfer: 80, validation: 80, test: 80 }
      const config = { task: 'x', source: '', sizes, splitSeed, redraw: null, measure: 'test' as const }
      const { splits } = splitTask(rows, config, unnamedClasses(rows))
      const where = new Map<string, Set<string>>()
      for (const split of SPLITS)
        for (const { text } of splits[split]) where.set(fold(text), (where.get(fold(text)) ?? new Set()).add(split))
      expect([...where.values()].filter((of) => of.size > 1)).toEqual([])
    }
  })

  it('with both labels are counted', async () => {
    const found = await caseOf('d28-contradictions.csv')
    expect(found).toMatchObject({ duplicates: 120, contradictions: 120 })
    expect(textOf(found.notices)).toContain('120 of them with another label')
  })

  it('but for a word in a long text stay together, unless that is not wanted', async () => {
    const long = (i: number, word: string) =>
      JSON.stringify({
        text: Array.from({ length: 120 }, (_, k) => (k === 60 ? word : `w${i}x${k}`)).join(' '),
        label: i % 2,
      })
    const file = Array.from({ length: 60 }, (_, i) => `${long(i, 'one')}\n${long(i, 'other')}`).join('\n')
    const found = await look('twins.jsonl', file)
    expect(found).toMatchObject({ duplicates: 0, twins: 120 })
    expect(textOf(found.notices)).toContain('120 texts have a near twin elsewhere')
    const rows = await take(found)
    expect(new Set(groupsOf(rows)).size).toBe(60)
    expect(groupsOf(rows).slice(0, 3)).toEqual(['like row 1', 'like row 1', 'like row 3'])
    expect(groupsOf(await take(found, { twins: false }))).toEqual(rows.map(() => undefined))
  })
})

describe('encodings', () => {
  it('names the cause once, and reads it as the user says', async () => {
    const found = await caseOf('d14-latin1-unnamed.csv')
    expect(found.notices[0]).toEqual({
      kind: 'cause',
      text: '120 of 121 lines are not UTF-8; it looks like Windows-1252.',
      offers: [{ label: 'Read it as Windows-1252', reading: { encoding: 'windows-1252' } }],
    })
    expect(found.errors).toHaveLength(1)
    expect(await problemsOf(take(found, { text: 'v2', label: 'v1', classes: ['ham', 'spam'] }))).toMatchObject([
      { path: 'encoding', expected: 'UTF-8 text' },
    ])
    const read = await caseOf('d14-latin1-unnamed.csv', { encoding: 'windows-1252' })
    expect(read).toMatchObject({ badLines: 0, examples: 120, text: 'v2', label: 'v1' })
    expect(read.rows[0]!.text).toContain('for £0 at the café')
    expect((await take(read, { encoding: 'windows-1252' }))[0]!.text).toBe(read.rows[0]!.text)
  })

  it('reads the quotation marks and the euro of Windows-1252', async () => {
    const bytes = Buffer.from('text,label\n\x80 \x93so\x94 \x85 caf\xe9,a\nplain,b\n', 'latin1')
    expect((await look('win.csv', bytes, { encoding: 'windows-1252' })).rows[0]!.text).toBe('€ “so” … café')
  })

  it.each([
    ['a Cyrillic one', Buffer.from('text,label\n\xcf\xf0\xe8\xe2\xe5\xf2 \xec\xe8\xf0,a\nplain,b\n', 'latin1')],
    ['one with bytes that stand for nothing', Buffer.from('text,label\nplain \x81\x8d text,a\nplain,b\n', 'latin1')],
  ])('offers nothing for %s', async (_what, bytes) => {
    expect((await look('other.csv', bytes)).notices[0]).toMatchObject({ kind: 'cause', offers: [] })
  })

  it.each(['le', 'be'] as const)('reads UTF-16 (%s) by its mark, and names it without', async (order) => {
    const csv = `text,label\n${sentences.map(({ text, label }) => `${text} é€,${label}`).join('\n')}`
    const encode = (text: string) =>
      order === 'le' ? Buffer.from(text, 'utf16le') : Buffer.from(text, 'utf16le').swap16()
    const found = await look('utf16.csv', encode(`\uFEFF${csv}`))
    expect(found).toMatchObject({ examples: 120, badLines: 0, reading: { encoding: `utf-16${order}` } })
    expect(found.rows[0]!.text).toBe(`${sentences[0]!.text} é€`)
    expect(await take(found)).toHaveLength(120)
    expect(await problemsOf(look('bare16.csv', encode(csv)))).toMatchObject([
      { path: 'path', got: expect.stringContaining('looks like UTF-16') as string },
    ])
    expect((await look('bare16.csv', encode(csv), { encoding: `utf-16${order}` })).examples).toBe(120)
    expect(await problemsOf(look('cut16.csv', encode(`\uFEFF${csv}`).subarray(0, -1)))).toMatchObject([
      { expected: 'UTF-16 text' },
    ])
  })
})

describe('forms of JSON and CSV', () => {
  it.each(['d10-json-list.json', 'd21-pretty-jsonl.jsonl', 'd07-excel-sep.csv', 'd06-cr-only.csv'])(
    'reads %s',
    async (name) => {
      const found = await caseOf(name)
      expect(found).toMatchObject({ text: 'text', label: 'label', badLines: 0, values: 2 })
      expect(await take(found)).toHaveLength(found.examples)
      expect(found.examples).toBe({ d10: 120, d21: 60, d07: 120, d06: 120 }[name.slice(0, 3)])
    },
  )

  it('reads a list over many lines, with a byte order mark, far longer than a line may be', async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => ({
      ...sentences[i % 120],
      text: `${sentences[i % 120]!.text} ${i}`,
    }))
    const line = JSON.stringify(many)
    expect(line.length).toBeGreaterThan(LIMITS.line)
    expect(await look('list.json', line)).toMatchObject({ examples: 20_000, badLines: 0 })
    expect(await look('list.json', `\uFEFF${JSON.stringify(many.slice(0, 200), null, 2)}\n`)).toMatchObject({
      examples: 200,
    })
  })

  it('names a bad object of a list by its line, and goes on', async () => {
    const found = await look(
      'bad.json',
      '[\n{"text": "a", "label": 1},\n{"text": "b" "label": 0},\n 7,\n{"text": "c", "label": 0},\n{"text": "d',
    )
    expect(found.errors).toEqual([
      { line: 3, message: 'expected a JSON object, got "{\\"text\\": \\"b\\" \\"label\\": 0}"' },
      { line: 4, message: 'expected JSON objects, got "7,"' },
      { line: 6, message: 'expected a JSON object, got "{\\"text\\": \\"d\\n"' },
    ])
    expect(found.examples).toBe(2)
  })

  it('says the cause first where no line can be read', async () => {
    expect((await look('list.jsonl', '["a", 1]\n["b", 0]\n')).notices[0]).toEqual({
      kind: 'cause',
      text: 'No line can be read: line 1: expected one JSON object a line, got ["a",1].',
      offers: [],
    })
  })

  it('reads gzip, with a bound on what comes out of it', async () => {
    const text = sentences.map((row) => JSON.stringify(row)).join('\n')
    expect(await take(await look('a.jsonl.gz', gzipSync(text)))).toHaveLength(120)
    expect(await look('a.tsv.gz', gzipSync(readFileSync(join(CASES, 'd02-tsv-open-quotes.tsv'))))).toMatchObject({
      examples: 120,
    })
    expect(await problemsOf(look('cut.jsonl.gz', gzipSync(text).subarray(0, 500)))).toMatchObject([
      { path: 'path', expected: 'a file that gzip can unpack' },
    ])
    const bomb = gzipSync(Buffer.alloc(LIMITS.bytes + 9, `${'x'.repeat(9999)}\n`))
    expect(await problemsOf(look('bomb.jsonl.gz', bomb))).toMatchObject([{ expected: 'a file of at most 200 MiB' }])
  })

  it.skipIf(process.platform === 'win32')('refuses a pipe and a device at once', async () => {
    const pipe = join(folder, 'pipe.csv')
    execFileSync('mkfifo', [pipe])
    expect(await problemsOf(previewDataset({ path: pipe }))).toEqual([
      { path: 'path', expected: 'a file that can be read', got: 'pipe.csv: a named pipe' },
    ])
    expect(await problemsOf(previewDataset({ path: folder + '/../..'.repeat(9) + '/dev/zero' }))).toMatchObject([
      { path: 'path' },
    ])
  })
})

describe('labels', () => {
  it('are the same in any case and as whole floats', async () => {
    const found = await caseOf('d17-bool-case.csv')
    expect(found).toMatchObject({ values: 2, badLines: 0, classes: ['false', 'true'], examples: 120 })
    expect(await take(found)).toHaveLength(120)
    const floats = await look(
      'floats.csv',
      `text,label\n${sentences.map(({ text, label }, i) => `${text},${i % 3 ? label : `${label}.0`}`).join('\n')}`,
    )
    expect(floats).toMatchObject({ values: 2, classes: ['0', '1'], badLines: 0 })
    expect(await take(floats, { classes: ['1.0', '0.0'] })).toHaveLength(120)
  })

  it('that may stand for no label are asked about, once', async () => {
    const minus = await caseOf('d15-minus-one.jsonl')
    expect(minus).toMatchObject({ classes: ['-1', '0', '1'], values: 3, badLines: 0, examples: 120 })
    const ask = minus.notices.find(({ kind }) => kind === 'ask')!
    expect(ask).toMatchObject({
      text: 'The label "-1" stands for rows without a label in many files.',
      offers: [{ reading: { classes: ['-1', '0', '1'] } }, { reading: { classes: ['0', '1'] } }],
    })
    const [all, without] = ask.offers.map(({ reading }) => reading)
    expect(textOf((await caseOf('d15-minus-one.jsonl', all)).notices)).not.toMatch(/^ask/m)
    const two = await caseOf('d15-minus-one.jsonl', without)
    expect(two).toMatchObject({ classes: ['0', '1'], badLines: 20, examples: 100 })
    expect(two.errors[0]!.message).toMatch(/^expected one of "0", "1" \(the two classes\), got "-1"$/)
  })

  it('are classes by what is frequent, and no bad one is told which it is', async () => {
    const misspelt = await caseOf('d18-misspelt-first.csv')
    expect(misspelt).toMatchObject({ classes: ['negative', 'positive'], badLines: 1, examples: 119 })
    expect(misspelt.errors).toEqual([
      { line: 2, message: 'expected one of "negative", "positive" (the two classes), got "postive"' },
    ])
  })

  it('of many values are all counted', async () => {
    const csv = `text,label\n${Array.from({ length: 1319 }, (_, i) => `a text of its own ${i},v${i}`).join('\n')}`
    const found = await look('many.csv', csv)
    expect(found.values).toBe(1319)
    expect(found.counts).toHaveLength(20)
    expect(found).toMatchObject({ classes: [], perClass: null, badLines: 0, examples: 1319 })
    expect(textOf(found.notices)).toBe(
      'cause: The label column has 1,319 values; a task has 2 to 60 classes of 20 rows or more. Most rows have a value of their own, as ids and texts do: choose another column.',
    )
  })

  it('are counted by class, and what that leaves a run is told', async () => {
    const found = await caseOf('d13-imbalanced.csv')
    expect(found.perClass).toEqual({ train: [400, 20], test: null })
    expect(textOf(found.notices)).toMatch(
      /With the sizes of a new experiment it cannot be split \(.*\)\. Give all four/,
    )
    await take(found)
    expect(latestInfo()).toMatchObject({ rows: { train: [400, 20], test: null }, examples: 420 })
  })
})
