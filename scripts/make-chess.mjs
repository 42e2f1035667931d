// Makes the games of chess that language models are pretrained on (resources/corpora/chess-games.jsonl.gz, with its entry in
// the manifest) and the source file of the task chess-puzzles, for scripts/make-tasks.mjs:
//   node scripts/chess/play.mjs  <folder>/games.jsonl 0 <number of games>
//   node scripts/chess/spell.mjs <folder>/games.jsonl <folder>/spelt.jsonl
//   node scripts/chess/solve.mjs <folder>/games.jsonl <folder>/puzzles.jsonl
//   node scripts/make-chess.mjs  <folder>
// The first and the third need Stockfish (scripts/chess/stockfish.mjs); each may be stopped, and goes on where it was.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Chess } from 'chess.js'
import { recordsOf } from './chess/follow.mjs'
import { isForPuzzles } from './chess/puzzles.mjs'
import { at, compress, sha256 } from './tasks/files.mjs'

/** One game for puzzles of so many is tested on. */
const TESTED = 5
const CORPUS = {
  id: 'chess-games',
  title: 'Games that Stockfish 15.1 played against itself, with noise',
  kind: 'games',
  licence: 'public domain',
  source: 'scripts/make-chess.mjs',
}

const folder = process.argv[2]
if (!folder) {
  console.error('usage: node scripts/make-chess.mjs <folder with games.jsonl, spelt.jsonl and puzzles.jsonl>')
  process.exit(2)
}
const spelt = recordsOf(join(folder, 'spelt.jsonl'))
const solved = new Map(recordsOf(join(folder, 'puzzles.jsonl')).map(({ game, puzzles }) => [game, puzzles]))
const pretraining = spelt.filter((game) => !isForPuzzles(game))

/** "1. d4 1... Nf6 2. Nf3 2... d5": the number of the move before each half-move. */
const numbered = (san) => san.map((move, i) => `${numberOf(i)} ${move}`).join(' ')
const numberOf = (played) => `${1 + (played >> 1)}.${played % 2 === 0 ? '' : '..'}`

writeCorpus()
writePuzzles()

function writeCorpus() {
  const bytes = compress(pretraining.map(({ san }) => `${JSON.stringify({ text: numbered(san) })}\n`).join(''))
  writeFileSync(at(`resources/corpora/${CORPUS.id}.jsonl.gz`), bytes)
  const entry = { ...CORPUS, documents: pretraining.length, bytes: bytes.length, sha256: sha256(bytes) }
  const file = at('resources/corpora/manifest.json')
  const others = JSON.parse(readFileSync(file, 'utf8')).corpora.filter(({ id }) => id !== CORPUS.id)
  writeFileSync(file, `${JSON.stringify({ corpora: [...others, entry] }, null, 2)}\n`)
  const moves = pretraining.reduce((sum, { san }) => sum + san.length, 0)
  console.log(`${CORPUS.id}: ${pretraining.length} games, ${moves} half-moves, ${bytes.length} bytes`)
}

function writePuzzles() {
  // A position that is pretrained on, or in an earlier puzzle, is none.
  const taken = new Set(pretraining.flatMap(({ positions }) => positions))
  const rows = spelt.filter(isForPuzzles).flatMap(({ game, san, positions }) =>
    (solved.get(game) ?? [])
      .filter(({ played }) => played < san.length && !taken.has(positions[played]) && taken.add(positions[played]))
      .map(({ played, move, nodes }) => rowOf(game, san.slice(0, played), move, nodes))
      .filter((row) => row !== null),
  )
  writeFileSync(
    join(folder, 'chess_puzzles.jsonl.gz'),
    gzipSync(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
  )
  console.log(`chess-puzzles: ${rows.length} of ${solved.size} games`)
}

/** A puzzle; null where another move mates as well, since one answer alone counts. */
function rowOf(game, san, best, nodes) {
  const chess = new Chess()
  for (const move of san) chess.move(move)
  const fen = chess.fen()
  const mates = chess.moves().filter((move) => move.endsWith('#')).length
  const { san: target } = chess.move({ from: best.slice(0, 2), to: best.slice(2, 4), promotion: best[4] })
  if (target.endsWith('#') && mates > 1) return null
  return {
    text: `${numbered(san)} ${numberOf(san.length)}`,
    target: ` ${target}`,
    fen,
    difficulty: nodes,
    split: parseInt(sha256(`chess-puzzles ${game}`).slice(0, 8), 16) % TESTED === 0 ? 'test' : 'train',
    group: `game ${game}`,
  }
}
