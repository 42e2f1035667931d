// Plays games FIRST to LAST - 1 and appends them to a file of JSON lines: node scripts/chess/play.mjs <file> <first> <last>
// Two engines take turns on one core. A file that is there is gone on with.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { playGame } from './games.mjs'
import { openStockfish } from './stockfish.mjs'

const [file, first, last] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]
if (!file || !(first < last)) {
  console.error('usage: node scripts/chess/play.mjs <file> <first> <last>')
  process.exit(2)
}
const played = existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0
let next = first + played
const waiting = new Map()
let written = next
const engines = await Promise.all([openStockfish(), openStockfish()])
await Promise.all(
  engines.map(async (engine) => {
    while (next < last) {
      const index = next++
      waiting.set(index, await playGame(engine, index))
      // In the order of the numbers, whichever is done first.
      for (; waiting.has(written); written++) {
        appendFileSync(file, `${JSON.stringify(waiting.get(written))}\n`)
        waiting.delete(written)
      }
    }
    engine.quit()
  }),
)
console.log(`${last - first} games by ${engines[0].name}`)
