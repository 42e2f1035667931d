// A Stockfish in a process of its own, asked over UCI. One thread, a limit of nodes and a cleared table before every game or
// puzzle: the same version gives the same answers everywhere.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** Where Debian's package puts it; STOCKFISH names another. */
const BINARY = process.env.STOCKFISH ?? '/usr/games/stockfish'

/** Score of a mate in one; a mate in n counts n - 1 less. No evaluation in centipawns comes near. */
export const MATE = 30_000

/**
 * Starts the engine. A position is what follows UCI's `position`; a line is its first move in UCI's notation with the score in
 * centipawns for the side to move, and lines come best first, none where the game is over.
 * - `clear(lines)` forgets what was searched, and asks for so many lines from now on;
 * - `search(position, nodes)` gives the lines at the end;
 * - `history(position, nodes)` gives, for every depth that was finished, `{ nodes, lines }`.
 */
export async function openStockfish() {
  const { ask, tell } = startEngine()
  const hello = await ask('uci')
  const name = hello.find((line) => line.startsWith('id name '))?.slice('id name '.length) ?? 'unknown'
  await ask('setoption name Threads value 1\nsetoption name Hash value 4\nisready')
  const go = (position, nodes) => ask(`position ${position}\ngo nodes ${nodes}`)
  return {
    name,
    clear: async (lines) => void (await ask(`setoption name MultiPV value ${lines}\nucinewgame\nisready`)),
    search: async (position, nodes) => lastLines(await go(position, nodes)),
    history: async (position, nodes) => linesByDepth(await go(position, nodes)),
    quit: () => tell('quit'),
  }
}

function startEngine() {
  const child = spawn(BINARY, [], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.on('error', ({ message }) => {
    console.error(
      `${BINARY}: ${message}. Install Stockfish (Debian: apt-get install stockfish), or name it in STOCKFISH`,
    )
    process.exit(1)
  })
  let heard = []
  let answer = () => undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    heard.push(line)
    if (!/^(?:uciok|readyok|bestmove)/.test(line)) return
    const lines = heard
    heard = []
    answer(lines)
  })
  const tell = (command) => child.stdin.write(`${command}\n`)
  const ask = (command) =>
    new Promise((resolve) => {
      answer = resolve
      tell(command)
    })
  return { ask, tell }
}

const LINE = / depth (\d+) .*multipv (\d+) score (cp|mate) (-?\d+)( \w+bound)? nodes (\d+) .*? pv (\S+)/

/** What the engine said of lines, in the order of saying. */
function* linesSaid(answer) {
  for (const text of answer) {
    const [, depth, rank, unit, number, bound, nodes, move] = LINE.exec(text) ?? []
    if (depth === undefined) continue
    const score = scoreOf(unit, Number(number))
    yield { depth: Number(depth), rank: Number(rank), nodes: Number(nodes), bound: bound !== undefined, move, score }
  }
}

/** The last that was said of each line, by rank. */
function lastLines(answer) {
  const found = []
  for (const { rank, move, score } of linesSaid(answer)) found[rank - 1] = { move, score }
  return found
}

/** The lines of every depth of which all were given, in their order. */
function linesByDepth(answer) {
  const depths = new Map()
  for (const { depth, rank, nodes, bound, move, score } of linesSaid(answer)) {
    if (bound) continue
    const at = depths.get(depth) ?? { lines: [] }
    at.lines[rank - 1] = { move, score }
    depths.set(depth, { ...at, nodes })
  }
  const most = Math.max(0, ...[...depths.values()].map(({ lines }) => lines.length))
  return [...depths.values()].filter(({ lines }) => lines.length === most && Object.keys(lines).length === most)
}

function scoreOf(unit, number) {
  if (unit === 'cp') return number
  return number > 0 ? MATE + 1 - number : -MATE - number
}
