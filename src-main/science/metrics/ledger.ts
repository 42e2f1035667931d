import { decisions, type Answers, type Decision } from '../answers'
import { signTest } from '../maths/sign-test'
import type { SaidBySeed } from './said'
import type { Fate, Move, SeedLedger } from './result'

const FATES: readonly Fate[] = ['right', 'copied', 'own']
/** Every move: what the student of the one arm made of a row, and what that of the other makes of it. */
export const MOVES: readonly Move[] = FATES.flatMap((from) => FATES.map((to): Move => `${from}-${to}`))

/** A student with the supervisor whose labels it learnt from. */
type Taught = Record<'weak' | 'student', Answers>

/** What a student that says so makes of a row. @param taught what its supervisor says */
export const fateOf = (says: Decision, taught: Decision, right: Decision): Fate =>
  says === right ? 'right' : says === taught ? 'copied' : 'own'

/** The same of every test row: each has one fate. */
function fatesOf({ weak, student }: Taught, truth: ArrayLike<Decision>): Fate[] {
  const [taught, says] = [decisions(weak), decisions(student)]
  return Array.from(truth, (right, i) => fateOf(says[i]!, taught[i]!, right))
}

/** The move of every test row from the student of one arm to that of another, each judged by its own supervisor. */
export function movesOf(against: Taught, arm: Taught, truth: ArrayLike<Decision>): Move[] {
  const to = fatesOf(arm, truth)
  return fatesOf(against, truth).map((from, i): Move => `${from}-${to[i]!}`)
}

/** Counts of every move under one seed; they add up to the rows. */
export function ledgerOf(against: SaidBySeed, arm: SaidBySeed, truth: ArrayLike<Decision>): SeedLedger {
  const moves = Object.fromEntries(MOVES.map((move) => [move, 0])) as Record<Move, number>
  for (const move of movesOf(against, arm, truth)) moves[move]++
  const corrected = moves['copied-right'] + moves['own-right']
  const broken = moves['right-copied'] + moves['right-own']
  return { seed: arm.seed, moves, corrected, broken, p: signTest(corrected, broken) }
}
