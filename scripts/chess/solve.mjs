// Verifies the candidates of the games for puzzles and appends what holds to a file of JSON lines:
//   node scripts/chess/solve.mjs <file of games> <file of puzzles>
// A file that is there is gone on with.
import { appendFileSync } from 'node:fs'
import { follow } from './follow.mjs'
import { candidates, isForPuzzles, verify } from './puzzles.mjs'
import { openStockfish } from './stockfish.mjs'

const [from, to] = process.argv.slice(2)
if (!from || !to) {
  console.error('usage: node scripts/chess/solve.mjs <file of games> <file of puzzles>')
  process.exit(2)
}
const engine = await openStockfish()
let found = 0
for (const game of follow(from, to).filter(isForPuzzles)) {
  const puzzles = []
  for (const played of candidates(game)) {
    const solved = await verify(engine, game.moves.slice(0, played))
    if (solved) puzzles.push({ played, ...solved })
  }
  found += puzzles.length
  appendFileSync(to, `${JSON.stringify({ game: game.game, puzzles })}\n`)
}
engine.quit()
console.log(`${found} puzzles, verified by ${engine.name}`)
