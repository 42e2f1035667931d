// Games that Stockfish plays against itself, with noise: a move is drawn from its best four by their scores.
import { createHash } from 'node:crypto'
import { MATE } from './stockfish.mjs'

/** How the games are played. Scores and temperatures are in centipawns. */
export const PLAY = {
  nodes: 800,
  lines: 4,
  /** Half-moves after which a game is left as it stands. */
  longest: 64,
  /** Half-moves that both sides draw at the temperature of the opening. */
  opening: 8,
  openingTemperature: 25,
  /** One of these a side and game: from nearly the best move always to a blunder now and then. */
  temperatures: [8, 20, 50, 120],
}

/** Numbers in [0, 1) that the seed decides (xorshift32 from a hash). */
export function drawer(seed) {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** Game number `index`: its moves in UCI's notation, and the scores of the best lines before each of them. */
export async function playGame(stockfish, index) {
  const draw = drawer(`chess game ${index}`)
  const temperatures = [0, 1].map(() => PLAY.temperatures[Math.floor(draw() * PLAY.temperatures.length)])
  const moves = []
  const scores = []
  await stockfish.clear(PLAY.lines)
  while (moves.length < PLAY.longest) {
    const position = moves.length === 0 ? 'startpos' : `startpos moves ${moves.join(' ')}`
    const lines = await stockfish.search(position, PLAY.nodes)
    if (lines.length === 0) break
    const temperature = moves.length < PLAY.opening ? PLAY.openingTemperature : temperatures[moves.length % 2]
    moves.push(choose(lines, temperature, draw()).move)
    scores.push(lines.map(({ score }) => score))
  }
  return { game: index, moves, scores }
}

function choose(lines, temperature, drawn) {
  // A mate that is seen is played.
  if (lines[0].score > MATE - 100) return lines[0]
  const weights = lines.map(({ score }) => Math.exp((score - lines[0].score) / temperature))
  let rest = drawn * weights.reduce((sum, weight) => sum + weight, 0)
  return lines.find((_, i) => (rest -= weights[i]) < 0) ?? lines[0]
}
