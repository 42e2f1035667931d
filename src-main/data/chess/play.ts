import { Chess } from 'chess.js'
import { shown } from '../datasets/values'
import { at, type PgnGame } from './pgn'

/**
 * Plays a game from the first move on.
 * @param plies half-moves that are played; not given: all
 * @param path that of problems, see `readPgn`
 * @returns its moves in SAN as the rules have it, and the position after them
 * @throws DatasetError at a move that is not legal
 */
export function played(
  { moves }: Pick<PgnGame, 'moves'>,
  path: string,
  plies = moves.length,
): { san: string[]; position: Chess } {
  const position = new Chess()
  const san = moves.slice(0, plies).map(({ san: written, line, column }) => {
    try {
      return position.move(written.replaceAll('0-0', 'O-O').replace('O-0', 'O-O')).san
    } catch {
      throw at(path, line, column, `a legal move of ${position.turn() === 'w' ? 'White' : 'Black'}`, shown(written))
    }
  })
  return { san, position }
}
