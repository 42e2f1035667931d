import { shown } from '../datasets/values'
import { readLines, type LineFacts } from '../datasets/lines'
import { refusal, type DatasetError } from '../datasets/problem'
import { openSource, type Watch } from '../datasets/source'

/** A move as a file has it, and where. */
export interface Written {
  san: string
  line: number
  column: number
}
/** A game of a PGN file, as it stands there: nothing of it is played. */
export interface PgnGame {
  /** Of its first line. */
  line: number
  tags: ReadonlyMap<string, string>
  moves: readonly Written[]
}

/** What one game takes at most. */
const MOST = { tags: 200, moves: 2000, depth: 100 }
const TAG = /^\[\s*([A-Za-z0-9_]{1,100})\s+"((?:[^"\\]|\\.)*)"\s*\]\s*$/
const RESULT = /^(?:1-0|0-1|1\/2-1\/2|\*)$/
const MOVE = /^(?:[KQRBNP]?[a-h]?[1-8]?x?[a-h][1-8](?:=?[QRBNqrbn])?|[O0]-[O0](?:-[O0])?|--|Z0)[+#]*[!?]*$/

/**
 * The games of a PGN file one after another, packed by gzip or not; comments, variations and marks are passed over.
 * @param path that of the problem, for messages: what the file is to whoever named it
 * @throws DatasetError naming line and column of what is no PGN; AbortError
 */
export async function* readPgn(file: string, path: string, watch: Watch = {}): AsyncGenerator<PgnGame> {
  const facts: LineFacts = { lines: 0, broken: 0, windows: false }
  const reader = createReader(path)
  for await (const lines of readLines(openSource(file, undefined, watch).pieces, 'refuse', facts))
    for (const { number, text, broken } of lines) {
      if (broken) throw at(path, number, 1, 'UTF-8 text', 'a line that is not')
      const game = reader.feed(text, number)
      if (game) yield game
    }
  const last = reader.end()
  if (last) yield last
}

/** A problem at a place of a PGN file. */
export function at(path: string, line: number, column: number, expected: string, got: string): DatasetError {
  return refusal(`${path}, line ${line}, column ${column}`, expected, got)
}

interface State {
  game: { line: number; tags: Map<string, string>; moves: Written[] } | null
  /** Line and column of the comment that is open; null while none is. */
  comment: { line: number; column: number } | null
  /** Variations that are open. */
  depth: number
}

/** Makes games of lines. Every character is looked at once. */
function createReader(path: string) {
  const state: State = { game: null, comment: null, depth: 0 }

  function finish(): PgnGame | null {
    const { game } = state
    Object.assign(state, { game: null, depth: 0 })
    return game
  }
  function tag(text: string, line: number): PgnGame | null {
    const [, name, value] = TAG.exec(text.trim()) ?? []
    if (name === undefined) throw at(path, line, 1, 'a tag as [Name "value"]', shown(text))
    const before = (state.game?.moves.length ?? 0) > 0 ? finish() : null
    state.game ??= { line, tags: new Map(), moves: [] }
    if (state.game.tags.size >= MOST.tags) throw at(path, line, 1, `at most ${MOST.tags} tags of one game`, 'more')
    state.game.tags.set(name, value!.replace(/\\(.)/g, '$1'))
    return before
  }
  return {
    feed(text: string, line: number): PgnGame | null {
      if (state.comment === null && state.depth === 0) {
        if (text.startsWith('%')) return null
        if (text.trimStart().startsWith('[')) return tag(text, line)
      }
      const ended = readMoves(text, line, state, path)
      return ended ? finish() : null
    },
    end(): PgnGame | null {
      if (state.comment)
        throw at(path, state.comment.line, state.comment.column, 'a comment that is closed by }', 'the end of the file')
      return finish()
    },
  }
}

const TOKEN = /\s+|\{|\(|\)|;.*|\$\d*|\d+\s*\.+|[^\s{}();$]+|[\s\S]/y

/** Adds the moves of a line to the game. @returns whether the game ended on it; what follows a result is the next game's */
function readMoves(text: string, line: number, state: State, path: string): boolean {
  let from = 0
  let ended = false
  while (from < text.length) {
    if (state.comment) {
      const close = text.indexOf('}', from)
      if (close < 0) return ended
      state.comment = null
      from = close + 1
      continue
    }
    TOKEN.lastIndex = from
    const token = TOKEN.exec(text)![0]
    const column = from + 1
    from += token.length
    if (token === '{') state.comment = { line, column }
    else if (token === '(') {
      if (++state.depth > MOST.depth)
        throw at(path, line, column, `variations at most ${MOST.depth} deep in each other`, 'more')
    } else if (token === ')') {
      if (--state.depth < 0) throw at(path, line, column, 'a variation that was opened by (', '")"')
    } else if (state.depth > 0 || /^(?:\s|;|\$|\d+\s*\.)/.test(token)) continue
    else if (RESULT.test(token)) ended = true
    else {
      if (ended) throw at(path, line, column, 'a new line after the result of a game', shown(token))
      addMove(state, { san: token, line, column }, path)
    }
  }
  return ended
}

function addMove(state: State, move: Written, path: string): void {
  if (!MOVE.test(move.san)) throw at(path, move.line, move.column, 'a move, as "Nf3"', shown(move.san))
  state.game ??= { line: move.line, tags: new Map(), moves: [] }
  if (state.game.moves.push({ ...move, san: move.san.replace(/[!?]+$/, '') }) > MOST.moves)
    throw at(path, move.line, move.column, `at most ${MOST.moves} half-moves of one game`, 'more')
}
