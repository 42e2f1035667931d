// What becomes of an example from the student of one arm to that of another, in words.
import type { Fate, Move } from './types'

const FATES = ['right', 'copied', 'own'] as const satisfies readonly Fate[]
export const FATE_NAMES: Record<Fate, string> = {
  right: 'right',
  copied: 'copies an error',
  own: 'errs by itself',
}
/** Every move, in rows by where it comes from. */
export const MOVE_ROWS: readonly { from: Fate; moves: readonly { to: Fate; move: Move }[] }[] = FATES.map((from) => ({
  from,
  moves: FATES.map((to) => ({ to, move: `${from}-${to}` })),
}))
const MOVES = MOVE_ROWS.flatMap(({ moves }) => moves.map(({ move }) => move))

interface Entry {
  title: string
  moves: readonly Move[]
  /** Colour token; the words stand beside it. */
  color: string
}
/** The entries of a ledger: every move goes under one. */
export const ENTRIES: readonly Entry[] = [
  { title: 'corrected', moves: ['copied-right', 'own-right'], color: 'corrected' },
  { title: 'newly broken', moves: ['right-copied', 'right-own'], color: 'new' },
  { title: 'both wrong', moves: ['copied-copied', 'copied-own', 'own-copied', 'own-own'], color: 'soft' },
  { title: 'both right', moves: ['right-right'], color: 'soft' },
]
export const entryOf = (move: Move): Entry => ENTRIES.find(({ moves }) => moves.includes(move))!

/** Among moves those after which the arm's student copies an error of its supervisor. */
export const copiedAmong = (moves: readonly Move[]): Move[] => moves.filter((move) => move.endsWith('-copied'))

/** Moves that an address names, e.g. `copied-right,own-right`; unknown ones are dropped. */
export const parseMoves = (text = ''): Move[] => MOVES.filter((move) => text.split(',').includes(move))

/** One move in words, e.g. "corrected: copies an error, then right". */
export function moveName(move: Move): string {
  const [from, to] = move.split('-') as [Fate, Fate]
  const { title } = entryOf(move)
  return from === to
    ? `${title}${from === 'right' ? '' : `, each ${FATE_NAMES[from]}`}`
    : `${title}: ${FATE_NAMES[from]}, then ${FATE_NAMES[to]}`
}
