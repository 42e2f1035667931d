// Puzzles: positions of games in which one move is clearly best. Candidates by the scores that the game was played by, then
// held to a longer search.
import { MATE } from './stockfish.mjs'

/** What makes a puzzle. Scores are in centipawns. */
export const PUZZLE = {
  /** So many games of every five are for puzzles and never pretrained on. */
  ofFive: 2,
  /** Half-moves before the position: fewer are openings, more make prompts long. */
  earliest: 6,
  latest: 48,
  /** Half-moves between two puzzles of one game. */
  apart: 4,
  /** Nodes of the search that decides. */
  nodes: 25_000,
  /** By how much the best move is above the second one... */
  lead: 200,
  /** ...where a score beyond this counts as this: more than won is no better than won. */
  won: 1000,
}

const clipped = (score) => Math.max(-PUZZLE.won, Math.min(PUZZLE.won, score))

/** Whether one line is clearly the best: the only mate in one that is seen, or the lead. */
export function isClear([best, second]) {
  if (best === undefined || second === undefined) return false
  if (best === MATE) return second < MATE
  return clipped(best) - clipped(second) >= PUZZLE.lead
}

export const isForPuzzles = ({ game }) => game % 5 < PUZZLE.ofFive

/** Half-moves of a game before which there may be a puzzle, by the scores that it was played by. */
export function candidates({ scores }) {
  const found = []
  for (let played = PUZZLE.earliest; played <= Math.min(PUZZLE.latest, scores.length - 1); played++) {
    if (played - (found.at(-1) ?? -PUZZLE.apart) >= PUZZLE.apart && isClear(scores[played])) found.push(played)
  }
  return found
}

/**
 * Asks the engine anew, with nothing remembered.
 * @returns the best move and `nodes`, how many were searched when the engine first said it and its lead for good; null where no
 * move is clearly best
 */
export async function verify(stockfish, moves) {
  await stockfish.clear(2)
  const history = await stockfish.history(`startpos moves ${moves.join(' ')}`, PUZZLE.nodes)
  const last = history.at(-1)
  if (!last || !isClear(last.lines.map(({ score }) => score))) return null
  const move = last.lines[0].move
  let nodes = last.nodes
  for (const { lines, nodes: searched } of history.reverse()) {
    if (lines[0].move !== move || !isClear(lines.map(({ score }) => score))) break
    nodes = searched
  }
  return { move, nodes }
}
