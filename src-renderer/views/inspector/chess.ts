import { Chess } from 'chess.js'
import type { Decision, ExampleDetail } from '../../lib/types'
import type { BoardProps, Step } from '../../ui/pieces'

type Role = 'weak' | 'student' | 'ceiling'
type Move = Step & { san: string }

/** A position with what is played on it, and the same in words. */
export interface Shown {
  side: 'White' | 'Black'
  board: BoardProps
  right: string
  said: Record<Role, string>
}

/** As the strips of answers mark them. */
const MARKERS = { weak: 'rect', student: 'circle', ceiling: 'rectRot' } as const
const ROLES = ['weak', 'student', 'ceiling'] as const
const PIECES = { k: 'king', q: 'queen', r: 'rook', b: 'bishop', n: 'knight', p: 'pawn' }

/** What there is to see of an example of chess; null where no position can be read. */
export function shownOf(example: Pick<ExampleDetail, 'fen' | 'text' | 'truth' | Role>): Shown | null {
  const placed = place(example)
  if (!placed) return null
  const { position, right, alone } = placed
  const moves = { weak: null, student: null, ceiling: null } as Record<Role, Move | null>
  for (const role of ROLES) moves[role] = moveOf(position, example[role].says)
  const said = (role: Role) => {
    const [move, { says, right: scored }] = [moves[role], example[role]]
    if (!move) return inQuotes(says)
    return `${inWords(move)}${move.san === right?.san && !scored ? ', the right move in another spelling' : ''}`
  }
  return {
    ...alone,
    board: {
      ...alone.board,
      arrows: ROLES.flatMap((role) => {
        const move = moves[role]
        return move ? [{ from: move.from, to: move.to, color: role, marker: MARKERS[role] }] : []
      }),
    },
    said: { weak: said('weak'), student: said('student'), ceiling: said('ceiling') },
  }
}

/** The position alone, with the right move; null where none can be read. */
export const boardOf = (example: Parameters<typeof place>[0]): Omit<Shown, 'said'> | null =>
  place(example)?.alone ?? null

function place(example: Pick<ExampleDetail, 'fen' | 'text' | 'truth'>) {
  const position = positionOf(example)
  if (!position) return null
  const bottom = position.turn()
  const pieces = position.board().flatMap((row) => row.filter((piece) => piece !== null))
  const right = moveOf(position, example.truth)
  const alone: Omit<Shown, 'said'> = {
    side: bottom === 'w' ? 'White' : 'Black',
    board: { pieces, bottom, framed: right, label: placesOf(pieces, bottom), arrows: [] },
    right: right ? inWords(right) : inQuotes(example.truth),
  }
  return { position, right, alone }
}

/** The position that the example tells, or the one after the game that its text is. */
function positionOf({ fen, text }: Pick<ExampleDetail, 'fen' | 'text'>): Chess | null {
  try {
    return fen === undefined ? replayed(text) : new Chess(fen)
  } catch {
    return null
  }
}

/** Plays "1. d4 1... Nf6 2.". @throws Error where that is not how the text goes on, or a move is not legal */
function replayed(text: string): Chess {
  const position = new Chess()
  for (const [i, word] of text.trim().split(' ').entries()) {
    const number = `${1 + (i >> 2)}.${i % 4 > 1 ? '..' : ''}`
    if (i % 2 === 1) position.move(word, { strict: true })
    else if (word !== number) throw new Error(`expected ${number}, got ${word}`)
  }
  return position
}

/** The move that a text is, the blank before it apart; null where it is no legal one. */
function moveOf(position: Chess, written: Decision): Move | null {
  try {
    const { from, to, san } = position.move(String(written).trim(), { strict: true })
    position.undo()
    return { from, to, san }
  } catch {
    return null
  }
}

const inWords = ({ san, from, to }: Move) => `${san} (${from} to ${to})`
const inQuotes = (written: Decision) =>
  String(written).trim() === '' ? 'nothing written' : `“${written}”, not a legal move`

/** Where the pieces stand, those of the side to move first. */
function placesOf(pieces: BoardProps['pieces'], turn: 'w' | 'b'): string {
  const of = (color: 'w' | 'b') =>
    `${color === 'w' ? 'White' : 'Black'}: ${Object.entries(PIECES)
      .flatMap(([type, name]) => {
        const squares = pieces.filter((piece) => piece.color === color && piece.type === type).map((p) => p.square)
        return squares.length > 0 ? [`${name}${squares.length > 1 ? 's' : ''} ${squares.join(', ')}`] : []
      })
      .join('; ')}.`
  const [mover, other] = turn === 'w' ? (['w', 'b'] as const) : (['b', 'w'] as const)
  return `${turn === 'w' ? 'White' : 'Black'} to move. ${of(mover)} ${of(other)}`
}
