import { Chess } from 'chess.js'
import { show } from '../../science/spec/problems'
import { LIMITS } from '../datasets/limits'
import { refusal, type BadLine, type Entry } from '../datasets/problem'
import type { Watch } from '../datasets/source'
import { plain, shown } from '../datasets/values'
import { numbered, numberBefore } from './numbered'
import { readPgn, type PgnGame } from './pgn'
import { played } from './play'

/** Columns of the puzzles that Lichess publishes (database.lichess.org/#puzzles) which their rows are made of. */
const COLUMNS = ['PuzzleId', 'FEN', 'Moves', 'Rating', 'GameUrl']
/** Half-moves that are kept of all games together. */
const MOST_MOVES = 4_000_000
/** What the file of the games is called where it is wrong. */
const GAMES = 'games'

export const isPuzzles = (columns: readonly string[]): boolean => COLUMNS.every((column) => columns.includes(column))

/** How many puzzles were read, and how many of them have no game and are left out. */
export interface PuzzleFacts {
  puzzles: number
  missing: number
}

/**
 * The rows that puzzles of Lichess are, as records of their own: `text` is the game as it came to the puzzle (Burns et al.,
 * arXiv 2312.09390, figure 14: moves in SAN, every half-move numbered), the move that the puzzle begins with among them, and
 * `target` the one that answers it. Puzzles of one game are of one group, and their rating is their difficulty.
 * @param open gives the records of the puzzles from the first on: they are read twice, first for the games that are needed
 * @param games PGN file of these; its other games are passed over
 * @param most of so many puzzles, the first ones, rows are made
 * @throws DatasetError naming the columns that are not there, or line and column of the games; AbortError
 */
export async function* puzzleRows(
  open: () => AsyncIterable<Entry[]>,
  {
    games,
    most = Infinity,
    facts,
    watch,
  }: { games: string; most?: number | undefined; facts: PuzzleFacts; watch: Watch },
): AsyncGenerator<Entry[]> {
  const found = await gamesOf(await idsIn(open(), most), games, watch)
  for await (const batch of upTo(most, open())) {
    const rows: Entry[] = []
    for (const entry of batch) {
      watch.signal?.throwIfAborted()
      if ('expected' in entry) {
        rows.push(entry)
        continue
      }
      facts.puzzles++
      const game = found.get(gameIn(plain(entry.values.get('GameUrl'))) ?? '')
      if (game) rows.push(rowOf(entry, game))
      else if (gameIn(plain(entry.values.get('GameUrl'))) === null) rows.push(noGame(entry))
      else facts.missing++
    }
    if (rows.length > 0) yield rows
  }
  if (facts.puzzles > 0 && facts.missing === facts.puzzles)
    throw refusal(GAMES, `games of the ${facts.puzzles} puzzles, by their Site or GameId`, 'none of them')
}

type Values = Extract<Entry, { values: unknown }>

const gameIn = (url: string): string | null => /lichess\.org\/([A-Za-z0-9]{8})/.exec(url)?.[1] ?? null
const idOf = ({ tags }: PgnGame): string => tags.get('GameId') ?? gameIn(tags.get('Site') ?? '') ?? ''
const noGame = ({ line, values }: Values): BadLine => ({
  line,
  expected: 'the address of a game, as https://lichess.org/787zsVup#48, in column "GameUrl"',
  got: shown(values.get('GameUrl')),
})

/** The first so many records. */
async function* upTo(most: number, batches: AsyncIterable<Entry[]>): AsyncGenerator<Entry[]> {
  let rest = most
  for await (const batch of batches) {
    yield batch.slice(0, rest)
    if ((rest -= batch.length) <= 0) return
  }
}

/** Ids of the games that puzzles are of, with how many half-moves of each are needed. */
async function idsIn(batches: AsyncIterable<Entry[]>, most: number): Promise<Map<string, number>> {
  const ids = new Map<string, number>()
  let checked = false
  for await (const batch of upTo(most, batches))
    for (const entry of batch) {
      if ('expected' in entry) continue
      if (!checked) check([...entry.values.keys()])
      checked = true
      const id = gameIn(plain(entry.values.get('GameUrl')))
      const plies = pliesBefore(plain(entry.values.get('FEN')))
      if (id !== null && plies >= 0) ids.set(id, Math.max(plies, ids.get(id) ?? 0))
      if (ids.size > LIMITS.rows) throw refusal('path', `puzzles of at most ${LIMITS.rows} games`, 'more')
    }
  return ids
}

function check(found: readonly string[]): void {
  const missing = COLUMNS.filter((column) => !found.includes(column))
  if (missing.length > 0)
    throw refusal(
      'path',
      `the column${missing.length > 1 ? 's' : ''} ${missing.map(show).join(', ')} of Lichess’ puzzles, which games go with`,
      `a file with ${found.slice(0, 50).map(show).join(', ')}`,
    )
}

async function gamesOf(ids: ReadonlyMap<string, number>, file: string, watch: Watch): Promise<Map<string, PgnGame>> {
  const games = new Map<string, PgnGame>()
  let kept = 0
  for await (const game of readPgn(file, GAMES, { signal: watch.signal })) {
    const plies = ids.get(idOf(game))
    if (plies === undefined) continue
    const moves = game.moves.slice(0, plies)
    if ((kept += moves.length) > MOST_MOVES)
      throw refusal(GAMES, `at most ${MOST_MOVES} half-moves before the puzzles; read fewer puzzles by "first"`, 'more')
    games.set(idOf(game), { line: game.line, tags: game.tags, moves })
  }
  return games
}

function rowOf({ line, values }: Values, game: PgnGame): Entry {
  const bad = (expected: string, column: string): BadLine => ({
    line,
    expected: `${expected} in column "${column}"`,
    got: shown(values.get(column)),
  })
  const start = positionIn(plain(values.get('FEN')))
  if (!start) return bad('a position in Forsyth-Edwards notation', 'FEN')
  const [first, second] = plain(values.get('Moves')).split(' ')
  const opening = first === undefined ? null : moveIn(start, first)
  if (opening === null || second === undefined)
    return bad('the opponent’s legal move and the answer, as "e2e4 e7e5",', 'Moves')
  const fen = start.fen()
  const answer = moveIn(start, second)
  if (answer === null) return bad('a legal answer to the first move, as "e7e5",', 'Moves')
  // A game from another position on, or of another kind of chess, is none that models know from its first move.
  if (game.tags.has('FEN')) return bad(`a game from the first move on (games, line ${game.line})`, 'GameUrl')
  const rating = plain(values.get('Rating'))
  if (!/^\d{1,5}$/.test(rating)) return bad('a whole number', 'Rating')
  const plies = pliesBefore(plain(values.get('FEN')))
  const { san, position } = played(game, GAMES, plies)
  if (placesOf(position.fen()) !== placesOf(plain(values.get('FEN'))))
    return bad(`the position after ${plies} half-moves of its game (games, line ${game.line})`, 'FEN')
  const moves = [...san, opening]
  const record = new Map<string, unknown>([
    ['text', `${numbered(moves)} ${numberBefore(moves.length)}`],
    ['target', ` ${answer}`],
    ['group', `game ${idOf(game)}`],
  ])
  return { line, values: record, kept: { fen, difficulty: Number(rating) } }
}

function positionIn(fen: string): Chess | null {
  try {
    return new Chess(fen)
  } catch {
    return null
  }
}

/** Plays a move in the notation of engines, "e7e8q". @returns it in SAN; null where it is none, or not legal */
function moveIn(position: Chess, written: string): string | null {
  if (!/^[a-h][1-8][a-h][1-8][qrbn]?$/.test(written)) return null
  try {
    const [from, to, promotion] = [written.slice(0, 2), written.slice(2, 4), written[4]]
    return position.move({ from, to, ...(promotion !== undefined && { promotion }) }).san
  } catch {
    return null
  }
}

/** Half-moves before a position, by its clock. */
function pliesBefore(fen: string): number {
  const [, turn, , , , move] = fen.split(' ')
  return 2 * (Number(move) - 1) + (turn === 'b' ? 1 : 0)
}

/** Where the pieces stand, who moves and who may castle; en passant is noted by some only where it can be taken. */
const placesOf = (fen: string) => fen.split(' ').slice(0, 3).join(' ')
