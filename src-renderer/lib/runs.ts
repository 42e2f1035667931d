import { about, duration } from './format'
import type { Place } from './route'
import type { RunSummary, StageState, StageStatus } from './types'

export type ShownState = StageState | 'skipped' | 'not begun'

/** A stage that failed without having begun was only left out: something that it needs failed; none was interrupted then. */
export function shownState({ state, startedAt }: StageStatus): ShownState {
  if (startedAt !== null) return state
  if (state === 'failed') return 'skipped'
  return state === 'interrupted' || state === 'cancelled' ? 'not begun' : state
}

/** What a live run still takes, its wait in the queue not counted, or what it waits for; '' when that is not known. */
export function timeText({ state, sharing, etaSeconds }: RunSummary): string {
  if (sharing) return 'waits for a shared stage'
  if (etaSeconds === null) return ''
  return state === 'queued' ? `takes ${about(etaSeconds)}` : `${duration(etaSeconds)} left`
}

/** How long its stages worked; nothing while it is live, or where not one of them was computed for it. */
export const tookText = ({ endedAt, seconds }: Pick<RunSummary, 'endedAt' | 'seconds'>): string =>
  duration(endedAt === null || seconds === 0 ? null : seconds)

const UNSHOWN: ReadonlySet<RunSummary['state']> = new Set(['queued', 'failed'])

/** Where a run is looked at: one that has nothing to show yet where it works. */
export const placeOf = ({ stagesDone, state }: RunSummary): Place =>
  stagesDone > 0 && !UNSHOWN.has(state) ? 'results' : 'monitor'
