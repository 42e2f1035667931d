// Spells the moves of games in SAN, with the position before each of them, and appends the games to a file of JSON lines:
//   node scripts/chess/spell.mjs <file of games> <file of spelt games>
// chess.js refuses a move that is not legal. A game ends where a position stands for the third time. A file that is there is gone
// on with.
import { appendFileSync } from 'node:fs'
import { Chess } from 'chess.js'
import { follow } from './follow.mjs'

const [from, to] = process.argv.slice(2)
if (!from || !to) {
  console.error('usage: node scripts/chess/spell.mjs <file of games> <file of spelt games>')
  process.exit(2)
}

/** A position as chess compares positions: without the counters. */
const positionOf = (fen) => fen.split(' ').slice(0, 4).join(' ')

function spell({ game, moves }) {
  const chess = new Chess()
  const san = []
  const positions = []
  for (const move of moves) {
    positions.push(positionOf(chess.fen()))
    san.push(chess.move({ from: move.slice(0, 2), to: move.slice(2, 4), promotion: move[4] }).san)
    if (chess.isThreefoldRepetition()) break
  }
  return { game, san, positions }
}

for (const game of follow(from, to)) appendFileSync(to, `${JSON.stringify(spell(game))}\n`)
