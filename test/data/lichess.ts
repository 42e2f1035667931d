// Puzzles as Lichess publishes them, of games that a rule decides.
import { Chess } from 'chess.js'

/** A game by a fixed rule: of the legal moves in order the one at a place that the game and half-move decide. */
function play(
  game: number,
  plies: number,
): { pgn: string; puzzle: string; san: string[]; fen: string; answer: string } {
  const chess = new Chess()
  const san: string[] = []
  let [fen, uci, after, answer] = ['', '', '', '']
  for (let ply = 0; ply < plies; ply++) {
    const legal = chess.moves({ verbose: true }).filter(({ san }) => !san.endsWith('#'))
    const move = legal[(game * 7919 + ply * 104_729) % legal.length]!
    if (ply === plies - 2) [fen, uci] = [chess.fen(), move.lan]
    if (ply === plies - 1) [after, answer] = [chess.fen(), move.san]
    if (ply === plies - 1) uci += ` ${move.lan}`
    san.push(chess.move(move).san)
  }
  const id = `game${String(game).padStart(4, '0')}`
  const text = san.map((move, i) => (i % 2 === 0 ? `${i / 2 + 1}. ${move}` : move)).join(' ')
  return {
    pgn: `[Event "Rated"]\n[Site "https://lichess.org/${id}"]\n\n${text} 1/2-1/2\n\n`,
    puzzle: `p${game},${fen},${uci},${1000 + game},80,90,100,short,https://lichess.org/${id}/black#${plies - 2},`,
    ...{ san, fen: after, answer },
  }
}
const HEADER = 'PuzzleId,FEN,Moves,Rating,RatingDeviation,Popularity,NbPlays,Themes,GameUrl,OpeningTags'
export const GAMES = Array.from({ length: 130 }, (_, game) => play(game, 12 + (game % 9)))
export const csv = (of: readonly { puzzle: string }[]) => `${HEADER}\n${of.map(({ puzzle }) => puzzle).join('\n')}\n`
export const pgn = (of: readonly { pgn: string }[]) => of.map((one) => one.pgn).join('')
