// Datasets by the command line: the same reading, guesses and refusals as in the window.
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { csv, GAMES, pgn } from '../data/lichess'
import { mismatches, readTables } from './documents'
import { buildCommandLine, type CommandLine } from './w2s'

const tables = readTables()
let w2s: CommandLine
beforeAll(async () => {
  w2s = await buildCommandLine()
  await cp(join(import.meta.dirname, '../data/cases'), w2s.home, { recursive: true })
}, 90_000)
afterAll(() => w2s.remove())

const data = (...args: string[]) => w2s.run('data', ...args, '--json')

describe('w2s data', () => {
  it('lists what a spec may name, with what length alone tells', async () => {
    const { code, stderr, document } = await data()
    expect(code).toBe(0)
    expect(mismatches(tables, 'data', document)).toEqual([])
    expect(document).toMatchObject({
      action: 'list',
      tasks: [
        { id: 'spam', origin: 'bundled', lengthAlone: 0.603 },
        {},
        {},
        {},
        {},
        {},
        { id: 'wordnet-kinds', classes: { length: 4 } },
        { id: 'movie-snippets', form: 'classes' },
        { id: 'snippet-pairs', form: 'options', classes: { length: 2 } },
        { id: 'chess-puzzles', lengthAlone: null },
      ],
    })
    expect(stderr).toContain('by length')
  })

  it('shows the rows of a task: how many, how long, and some that are no test rows', async () => {
    const { code, stderr, document } = await data('rows', 'spam')
    expect(code).toBe(0)
    expect(mismatches(tables, 'data', document)).toEqual([])
    expect(document).toMatchObject({ looked: { task: 'spam', rows: 3523, model: null, cut: null } })
    expect(stderr).toMatch(/^3,523 rows, /)
    const others = await data('rows', 'spam', '--model', 'pocket-s', '--turn', '1')
    expect(mismatches(tables, 'data', others.document)).toEqual([])
    expect(others.document).toMatchObject({ looked: { model: 'Pocket S', cut: { limit: 256 } } })
    const puzzles = await data('rows', 'chess-puzzles')
    expect(mismatches(tables, 'data', puzzles.document)).toEqual([])
    expect(puzzles.document).toMatchObject({ looked: { form: 'text', classes: null } })
    const shown = (of: Record<string, unknown>) => (of['looked'] as { examples: unknown[] }).examples
    expect(shown(others.document)).not.toEqual(shown(document))
    for (const [args, says] of [
      [['rows', 'nothing'], /nothing/],
      [['rows', 'spam', '--turn', 'x'], /--turn: expected/],
      [['rows', 'spam', '--model', 'no-model'], /no-model/],
      [['list', '--turn', '1'], /--turn: expected to go with rows/],
    ] as const) {
      const refused = await data(...args)
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(says)])
    }
  })

  it('previews a file: what is guessed, and what there is to say of it', async () => {
    const { code, stderr, document } = await data('preview', 'd03-hub-splits.jsonl')
    expect(code).toBe(0)
    expect(mismatches(tables, 'data', document)).toEqual([])
    expect(document).toMatchObject({ preview: { text: 'text', label: 'label', split: 'split', examples: 120 } })
    expect(stderr).toContain('12 rows of "validation" may be trained on')
    const none = await data('preview', 'd03-hub-splits.jsonl', '--no-split')
    expect(none.document).toMatchObject({ preview: { split: null, perClass: { train: [60, 60], test: null } } })
    const latin = await data('preview', 'd14-latin1-unnamed.csv')
    expect(mismatches(tables, 'data', latin.document)).toEqual([])
    expect(latin.stderr).toContain('it looks like Windows-1252.\n  --encoding windows-1252  Read it as Windows-1252')
  })

  it('imports puzzles with their games, and refuses them alone, and games that are none by line and column', async () => {
    await writeFile(join(w2s.home, 'puzzles.csv'), csv(GAMES))
    await writeFile(join(w2s.home, 'games.pgn'), pgn(GAMES))
    await writeFile(join(w2s.home, 'spoilt.pgn'), pgn(GAMES).replace(/1\. \S+/, '1. Ke5'))
    const alone = await data('preview', 'puzzles.csv')
    expect(mismatches(tables, 'data', alone.document)).toEqual([])
    expect(alone.stderr).toContain('--games <pgn>')
    const refused = await data('import', 'puzzles.csv', '--licence', 'CC0')
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('--games')
    const spoilt = await data('import', 'puzzles.csv', '--games', 'spoilt.pgn', '--licence', 'CC0')
    expect(spoilt.code).toBe(2)
    expect(spoilt.stderr).toContain('games, line 4, column 4: expected a legal move of White, got "Ke5"')
    const imported = await data('import', 'puzzles.csv', '--games', 'games.pgn', '--licence', 'CC0')
    expect(mismatches(tables, 'data', imported.document)).toEqual([])
    expect(imported.document).toMatchObject({ tasks: [{ id: 'puzzles', form: 'text', examples: 130 }] })
    expect((await data('remove', 'puzzles')).code).toBe(0)
  })

  it('imports what it previews, runs nothing over, and removes it', async () => {
    const imported = await data('import', 'd30-user-column.csv', '--licence', 'own', '--class0', '1', '--class1', '0')
    expect(imported.code).toBe(0)
    expect(mismatches(tables, 'data', imported.document)).toEqual([])
    expect(imported.document).toMatchObject({
      tasks: [{ id: 'd30-user-column', title: 'D30 user column', classes: ['1', '0'], rows: { train: [60, 60] } }],
    })
    expect(imported.stderr).toContain('group "user"')
    const file = join(w2s.home, 'lab', 'datasets', 'd30-user-column.jsonl.gz')
    const bytes = await readFile(file)
    const again = await data('import', 'd30-user-column.csv', '--licence', 'own', '--no-group')
    expect([again.code, again.document]).toMatchObject([3, { error: { code: 'conflict' } }])
    expect(await readFile(file)).toEqual(bytes)

    const other = await data('import', 'd30-user-column.csv', '--licence', 'own', '--no-group', '--id', 'other')
    expect(other.document).toMatchObject({ tasks: [{ id: 'other' }], preview: { group: null } })
    const removed = await data('remove', 'd30-user-column', 'other', 'other')
    expect(mismatches(tables, 'data', removed.document)).toEqual([])
    expect(removed.document).toMatchObject({ tasks: [{ id: 'd30-user-column' }, { id: 'other' }] })
    expect(await readdir(join(w2s.home, 'lab', 'datasets'))).toEqual([])
  })

  it('names unfinished runs that use what it removes', async () => {
    expect((await data('import', 'd30-user-column.csv', '--licence', 'own', '--id', 'used')).code).toBe(0)
    const spec = {
      ...{ version: 1, name: 'Broken off', tasks: ['used'], methods: [{ method: 'naive' }], seeds: [0] },
      ...{ weak: [{ model: 'words', words: 10 }], strong: [{ model: 'words', words: 20 }] },
      ...{ sizes: { weak: 20, transfer: 20, validation: 10, test: 20 }, optimiser: { strong: { epochs: 1000 } } },
    }
    await writeFile(join(w2s.home, 'used.json'), JSON.stringify(spec))
    const running = w2s.start('run', 'used.json', '--backend', 'wasm')
    await running.says(/Engine: wasm/)
    running.process.kill('SIGKILL')
    await running.ended
    const { document, stderr } = await data('remove', 'used')
    const [run] = (await w2s.run('list', '--json')).document['runs'] as { id: string; name: string }[]
    expect(document).toMatchObject({ tasks: [{ id: 'used' }], runs: [run!.id] })
    expect(mismatches(tables, 'data', document)).toEqual([])
    expect(stderr).toContain(`“Broken off” (${run!.id}) uses it and is not finished`)
  }, 60_000)

  it('reads as it is told', async () => {
    const bare = await data('import', 'd08-no-header.tsv', '--licence', 'own', '--header', 'no', '--id', 'bare')
    expect(bare.document).toMatchObject({ tasks: [{ examples: 120 }] })
    const latin = await data('import', 'd14-latin1-unnamed.csv', '--licence', 'own', '--encoding', 'windows-1252')
    expect(latin.document).toMatchObject({ tasks: [{ classes: ['ham', 'spam'], examples: 120 }] })
    await writeFile(join(w2s.home, 'twins.csv'), await readFile(join(w2s.home, 'd13-imbalanced.csv')))
    expect((await data('import', 'twins.csv', '--licence', 'own', '--twins', 'apart')).code).toBe(0)
  })

  it('imports more than two classes, in the order that is said, and asks about what may be none', async () => {
    const asked = await data('preview', 'd15-minus-one.jsonl')
    expect(mismatches(tables, 'data', asked.document)).toEqual([])
    expect(asked.stderr).toContain(`--classes '["-1","0","1"]'  Take all 3 labels as classes`)
    const minus = ['import', 'd15-minus-one.jsonl', '--licence', 'own']
    expect((await data(...minus)).document).toMatchObject({ error: { problems: [{ path: '--classes' }] } })
    const imported = await data(...minus, '--classes', '1,-1,0')
    expect(imported.document).toMatchObject({ tasks: [{ classes: ['1', '-1', '0'], rows: { train: [50, 20, 50] } }] })
    expect(imported.stderr).toContain('class 0 is "1", 1 "-1", 2 "0"')
    const two = await data('preview', 'd15-minus-one.jsonl', '--classes', '["0", "1"]')
    expect(two.document).toMatchObject({ preview: { classes: ['0', '1'], badLines: 20 } })
  })

  const refused: [string, string[], object][] = [
    [
      'an action',
      ['imprt', 'x'],
      { path: 'w2s data', expected: expect.stringContaining('did you mean "import"?') as string },
    ],
    ['no file', ['preview'], { path: 'w2s data preview', expected: 'preview <file>', got: 'nothing' }],
    ['a file that is not there', ['preview', 'no.csv'], { path: 'path', got: 'no.csv: ENOENT' }],
    ['a file of no known kind', ['preview', 'cli.ts'], { path: 'path', got: '.ts' }],
    ['a column', ['preview', 'd13-imbalanced.csv', '--label', 'lable'], { path: 'label', got: '"lable"' }],
    ['a column and none', ['preview', 'd13-imbalanced.csv', '--group', 'g', '--no-group'], { path: '--no-group' }],
    ['a value of few', ['preview', 'd13-imbalanced.csv', '--header', 'maybe'], { path: '--header', got: '"maybe"' }],
    ['an empty name', ['preview', 'd13-imbalanced.csv', '--text', ''], { path: '--text', expected: 'a text' }],
    [
      'an option of another action',
      ['list', '--id', 'x'],
      { path: '--id', expected: 'to go with import', got: 'list' },
    ],
    ['no licence', ['import', 'd13-imbalanced.csv'], { path: '--licence', got: 'nothing' }],
    ['one class of two', ['import', 'd13-imbalanced.csv', '--licence', 'own', '--class1', '1'], { path: '--class0' }],
    ['one class', ['preview', 'd13-imbalanced.csv', '--classes', 'a'], { path: '--classes', got: '"a"' }],
    [
      'classes said twice',
      ['preview', 'd13-imbalanced.csv', '--classes', '0,1', '--class0', '0', '--class1', '1'],
      { path: '--classes', expected: 'to stand without --class0 and --class1' },
    ],
    [
      'ids as labels',
      ['import', 'd30-user-column.csv', '--licence', 'own', '--label', 'text', '--text', 'user'],
      { path: '--label' },
    ],
    ['a name with a path in it', ['import', 'd13-imbalanced.csv', '--licence', 'own', '--id', '../x'], { path: 'id' }],
    ['a header that may be none', ['import', 'd08-no-header.tsv', '--licence', 'own', '--id', 'h'], { path: 'header' }],
    ['another encoding', ['import', 'd14-latin1-unnamed.csv', '--licence', 'own', '--id', 'l'], { path: '--encoding' }],
    ['bad lines', ['import', 'd18-misspelt-first.csv', '--licence', 'own'], { path: 'line 2', got: '"postive"' }],
    ['a dataset that is none of the user’s', ['remove', 'spam'], { path: '<id>', got: '"spam"' }],
  ]
  it.each(refused)('refuses %s', async (_what, args, problem) => {
    const { code, document } = await data(...args)
    expect(document).toMatchObject({ command: 'data', ok: false, error: { code: 'bad-input' } })
    expect((document['error'] as { problems: object[] }).problems[0]).toMatchObject(problem)
    expect(code).toBe(2)
  })

  it('is stopped by Ctrl+C in the middle of a file', async () => {
    const row = `${'a text of some words and more of them '.repeat(20)},`
    const rows = Array.from({ length: 150_000 }, (_, i) => `${row}${i % 2}`).join('\n')
    await writeFile(join(w2s.home, 'large.csv'), `text,label\n${rows}\n`)
    const running = w2s.start('data', 'preview', 'large.csv', '--json')
    setTimeout(() => running.process.kill('SIGINT'), 3000)
    const { code, document } = await running.ended
    expect(code).toBe(130)
    expect(document).toMatchObject({ command: 'data', error: { code: 'interrupted' } })
  }, 60_000)

  it('imports a folder by a template, and lists the templates', async () => {
    const listed = await data('templates')
    expect(mismatches(tables, 'data', listed.document)).toEqual([])
    expect(listed.stderr).toContain('question, correct_answer, distractor1')
    await cp(join(import.meta.dirname, '../data/parquet/sciq'), join(w2s.home, 'sciq'), { recursive: true })
    const imported = await data('import', 'sciq', '--template', 'sciq-pairs', '--licence', 'own', '--first', '40')
    expect(mismatches(tables, 'data', imported.document)).toEqual([])
    expect(imported.document).toMatchObject({
      tasks: [
        {
          ...{ id: 'sciq-pairs', classes: ['wrong', 'right'], rows: { train: [40, 40], test: [30, 30] } },
          provenance: { template: 'sciq-pairs', first: 40, files: { length: 3 } },
        },
      ],
    })
    const wrong = await data('import', 'sciq', '--template', 'piqa', '--licence', 'own')
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('the columns "goal", "sol1", "sol2", "label"'),
    ])
    const none = await data('preview', 'sciq', '--first', 'ten')
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringContaining('--first: expected a number of rows, got "ten"'),
    ])
  })
})
