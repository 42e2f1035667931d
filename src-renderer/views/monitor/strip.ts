import { shownState, type ShownState } from '../../lib/runs'
import type { StageStatus } from '../../lib/types'

/** Stages that stand beside each other and look alike. */
export interface Piece {
  key: string
  state: ShownState
  cached: boolean
  chosen: boolean
  /** How many stages it stands for. */
  count: number
  title: string
}

/** Beyond this many a stage would be thinner than its gap: neighbours that look alike are one piece then. */
const APART = 120

/** The stages of a run as pieces of one strip, in their order. */
export function piecesOf(stages: readonly StageStatus[], chosen: string): Piece[] {
  const pieces = stages.map((stage): Piece => {
    const state = shownState(stage)
    const { key, cached, title } = stage
    return { key, state, cached, chosen: key === chosen, count: 1, title: `${title}: ${state}` }
  })
  if (pieces.length <= APART) return pieces
  const joined: Piece[] = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    const alike = last && last.state === piece.state && last.cached === piece.cached && !last.chosen && !piece.chosen
    if (!alike) joined.push({ ...piece })
    else {
      last.count++
      last.title = `${last.count} stages: ${last.state}`
    }
  }
  return joined
}
