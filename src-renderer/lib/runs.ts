import { about, duration } from './format'
import type { RunSummary, StageState, StageStatus } from './types'

/** A stage that failed without having begun was only left out: something that it needs failed. */
export function shownState({ state, startedAt }: StageStatus): StageState | 'skipped' {
  return state === 'failed' && startedAt === null ? 'skipped' : state
}

/** What a live run still takes, its wait in the queue not counted; '' when that is not known. */
export function timeText({ state, etaSeconds }: RunSummary): string {
  if (etaSeconds === null) return ''
  return state === 'queued' ? `takes ${about(etaSeconds)}` : `${duration(etaSeconds)} left`
}
