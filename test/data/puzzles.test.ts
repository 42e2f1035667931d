// Chess puzzles as Lichess publishes them, with the games that they are of: what their rows are, and what is refused.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importDataset, previewDataset, readTask } from '../../src-main/data/datasets'
import { csv, GAMES, pgn } from './lichess'
import { folder, problemsOf, textOf, written } from './dataset-files'

let files = 0
const looked = (puzzles: string, games: string, first?: number) => {
  const n = ++files
  return previewDataset({ path: written(`puzzles-${n}.csv`, puzzles), games: written(`games-${n}.pgn`, games), first })
}

describe('puzzles with their games', () => {
  it('become prompts of numbered half-moves with the answer, position, rating and game', async () => {
    const preview = await looked(csv(GAMES), pgn(GAMES))
    expect(preview).toMatchObject({ form: 'text', text: 'text', target: 'target', group: 'group', examples: 130 })
    expect(preview.errors).toEqual([])
    const games = preview.path.replace('puzzles', 'games').replace('.csv', '.pgn')
    const { path, form, text, target, group } = preview
    const request = { ...{ path, games, form, text, target, group }, label: null, split: null, classes: [] }
    const info = await importDataset(
      { ...request, id: 'puzzles', title: 'Puzzles', question: '', licence: 'CC0' },
      folder,
    )
    expect(info.provenance!.files.map(({ name }) => name)).toEqual(['puzzles-1.csv', 'games-1.pgn'])
    const rows = await readTask(join(folder, 'puzzles.jsonl.gz'), { kind: 'text' })
    rows.forEach((row, i) => {
      const { san, fen, answer } = GAMES[i]!
      const moves = san.slice(0, -1)
      // Numbered by hand, apart from the importer's own.
      const words = moves.flatMap((move, ply) => [`${Math.floor(ply / 2) + 1}${ply % 2 ? '...' : '.'}`, move])
      const last = `${Math.floor(moves.length / 2) + 1}${moves.length % 2 ? '...' : '.'}`
      expect(row).toMatchObject({ text: [...words, last].join(' '), target: ` ${answer}`, fen, difficulty: 1000 + i })
    })
    expect(rows).toHaveLength(130)
  }, 60_000)

  it('are left out, and counted, where their game is not there; with none at all the games are refused', async () => {
    const preview = await looked(csv(GAMES), pgn(GAMES.slice(0, 100)))
    expect(preview.examples).toBe(100)
    expect(textOf(preview.notices)).toContain('30 of 130 puzzles have no game in the PGN file and are left out.')
    expect(await problemsOf(looked(csv(GAMES.slice(0, 5)), pgn(GAMES.slice(9, 12))))).toEqual([
      { path: 'games', expected: 'games of the 5 puzzles, by their Site or GameId', got: 'none of them' },
    ])
    expect((await looked(csv(GAMES), pgn(GAMES), 20)).examples).toBe(20)
  }, 60_000)

  it('without games are refused, with the reason', async () => {
    const preview = await previewDataset({ path: written('alone.csv', csv(GAMES)) })
    expect(preview.notices[0]).toMatchObject({ kind: 'cause', offers: [{ reading: { games: '' } }] })
    expect(preview.notices[0]!.text).toContain('name a PGN file of the games')
  })

  it.each<[string, (row: string) => string, string]>([
    [
      'FEN',
      (row) => row.replace(/,[^,]+/, ',8/8/8/8/8/8/8/8 w - - 0 7'),
      'expected a position in Forsyth-Edwards notation in column "FEN"',
    ],
    ['Moves', (row) => row.replace(/,[a-h]\d[a-h]\d\S* /, ',a1a1 '), 'opponent’s legal move and the answer'],
    ['Moves', (row) => row.replace(/ [a-h]\d[a-h]\d\w?,/, ' a9b1,'), 'expected a legal answer to the first move'],
    ['Rating', (row) => row.replace(/,10\d\d,/, ',many,'), 'expected a whole number in column "Rating"'],
    ['GameUrl', (row) => row.replace(/https\S+,/, 'nowhere,'), 'expected the address of a game'],
    ['FEN', (row) => row.replace(/( [wb] \S+ \S+ \d+) \d+,/, '$1 2,'), 'expected the position after'],
  ])('with a bad %s are bad lines', async (_column, spoil, message) => {
    const lines = csv(GAMES.slice(0, 20)).split('\n')
    lines[3] = spoil(lines[3]!)
    const { errors, badLines } = await looked(lines.join('\n'), pgn(GAMES.slice(0, 20)))
    expect(badLines).toBe(1)
    expect(errors[0]).toMatchObject({ line: 4 })
    expect(errors[0]!.message).toContain(message)
  })
})

it('of games that begin elsewhere are bad lines, and games alone are no puzzles', async () => {
  const [first, ...others] = GAMES.slice(0, 20)
  const elsewhere = `[FEN "8/8/8/8/8/8/8/K1k5 w - - 0 1"]\n[SetUp "1"]\n${first!.pgn}`
  const { errors } = await looked(csv(GAMES.slice(0, 20)), elsewhere + pgn(others))
  expect(errors.map(({ message }) => message)).toEqual([
    expect.stringContaining('expected a game from the first move on (games, line 1) in column "GameUrl"'),
  ])
  expect(await problemsOf(previewDataset({ path: written('alone.pgn', pgn(GAMES)) }))).toMatchObject([
    { path: 'path', got: 'games alone (.pgn)' },
  ])
})

describe('games that are none are refused by line and column', () => {
  const good = pgn(GAMES.slice(0, 3))
  it.each<[string, string, string, string, string]>([
    ['illegal', good.replace(/1\. \S+/, '1. Ke5'), 'line 4, column 4', 'a legal move of White', '"Ke5"'],
    ['no move', `${good}1. hello\n`, 'line 16, column 4', 'a move, as "Nf3"', '"hello"'],
    ['tag', `[Event Rated]\n${good}`, 'line 1, column 1', 'a tag as [Name "value"]', '"[Event Rated]"'],
    ['comment', `${good}1. e4 {what\nnow`, 'line 16, column 7', 'a comment that is closed by }', 'the end of the file'],
    ['variation', `${good}1. e4 )`, 'line 16, column 7', 'a variation that was opened by (', '")"'],
    ['deep', '('.repeat(101), 'line 1, column 101', 'variations at most 100 deep in each other', 'more'],
    ['long', 'e4 '.repeat(2001), 'line 1, column 6001', 'at most 2000 half-moves of one game', 'more'],
    ['after a result', `${good}1. e4 * e5`, 'line 16, column 9', 'a new line after the result of a game', '"e5"'],
  ])('%s', async (_what, games, place, expected, got) => {
    const problems = await problemsOf(looked(csv(GAMES.slice(0, 3)), games))
    expect(problems).toEqual([{ path: `games, ${place}`, expected, got }])
  })

  it.each<[string, string]>([
    ['braces', `${'{'.repeat(2 ** 19)}}`],
    ['comments', '{}'.repeat(2 ** 19)],
    ['tags', '[A "b"]\n'.repeat(2 ** 17)],
    ['blanks', ' '.repeat(2 ** 20 - 1)],
    ['backslashes', `[A "${'\\'.repeat(2 ** 19)}`],
    ['numbers', '1.'.repeat(2 ** 18)],
    ['nothing', ''],
  ])('or are read in time that is in proportion to them: %s', async (_what, games) => {
    const [problem] = await problemsOf(looked(csv(GAMES.slice(0, 3)), games))
    expect(problem!.path).toMatch(/^games/)
  })

  it('and comments, variations, marks and lines after % are passed over', async () => {
    const noisy = GAMES.slice(0, 20).map(({ pgn, ...rest }) => ({
      ...rest,
      pgn: `%made up\n${pgn.replace(/ 2\. /, ' {a comment (with {one\nover lines} $3 (1. a4 (1. a3) a5) 2. ').replace('3.', '; rest 1. e4\n3.')}`,
    }))
    expect((await looked(csv(noisy), pgn(noisy))).examples).toBe(20)
  })
})
