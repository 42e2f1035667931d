import { argmax, type Matrix } from '../maths/matrix'

/**
 * How many of `n` examples each class gets by its share: whole numbers that sum to n, rounded by largest remainder, the
 * first class on a tie.
 * @param shares of the classes, which sum to 1
 */
export function countsOf(shares: readonly number[], n: number): number[] {
  const counts = shares.map((share) => Math.floor(share * n))
  const left = n - counts.reduce((a, b) => a + b, 0)
  const rest = shares.map((share, c) => share * n - counts[c]!)
  const order = [...rest.keys()].sort((a, b) => rest[b]! - rest[a]! || a - b)
  for (const c of order.slice(0, left)) counts[c]!++
  return counts
}

/**
 * Class of each example when exactly `counts[c]` of them harden to class c: of all ways to deal them so, the one under
 * which they are most probable together. Of two classes that is a threshold on the difference of their logits.
 *
 * Starts from the most probable classes and moves examples from classes that have too many to such as have too few, each
 * time along the cheapest chain of moves (successive shortest paths), so that what it has is the best of its counts
 * throughout.
 * @param logits [n, classes]
 * @param counts of each class; they sum to n
 */
export function hardenTo(logits: Matrix, counts: readonly number[]): Uint8Array {
  const hard = Uint8Array.from(argmax(logits))
  const missing = [...counts]
  for (const c of hard) missing[c]!--
  while (missing.some((n) => n > 0)) {
    const { chain, from } = cheapestChain(cheapestMoves(logits, hard), missing)
    // Of logits that are no numbers nothing is cheapest; whoever trains says so.
    if (chain.length === 0) break
    for (const { example, to } of chain) hard[example] = to
    missing[from]!++
    missing[chain.at(-1)!.to]!--
  }
  return hard
}

/** One example that goes over to another class, and what of log probability that costs. */
interface Move {
  example: number
  to: number
  cost: number
}

/** From each class to each other one, the move that costs least; null out of a class that has no example. */
function cheapestMoves({ cols: k, data }: Matrix, hard: Uint8Array): (Move | null)[][] {
  const moves = Array.from({ length: k }, () => Array.from({ length: k }, (): Move | null => null))
  for (const [example, from] of hard.entries()) {
    for (let to = 0; to < k; to++) {
      const cost = data[example * k + from]! - data[example * k + to]!
      if (to !== from && cost < (moves[from]![to]?.cost ?? Infinity)) moves[from]![to] = { example, to, cost }
    }
  }
  return moves
}

/** Bellman and Ford's way from any class that has too many to the nearest that has too few. */
function cheapestChain(moves: (Move | null)[][], missing: readonly number[]): { chain: Move[]; from: number } {
  const cost = missing.map((n) => (n < 0 ? 0 : Infinity))
  const last: { from: number; move: Move }[] = []
  for (let round = 1; round < missing.length; round++) {
    for (const [from, row] of moves.entries()) {
      for (const move of row) {
        if (!move || !(cost[from]! + move.cost < cost[move.to]! - ROUNDING)) continue
        cost[move.to] = cost[from]! + move.cost
        last[move.to] = { from, move }
      }
    }
  }
  const nearest = [...missing.keys()].filter((c) => missing[c]! > 0).reduce((a, b) => (cost[b]! < cost[a]! ? b : a))
  const chain: Move[] = []
  let at = nearest
  for (let step = last[at]; step; step = last[at]) {
    chain.unshift(step.move)
    at = step.from
  }
  return { chain, from: at }
}

/** Chains of equal cost differ by rounding alone, which must not turn one into a circle. */
const ROUNDING = 1e-12
