import { about, bytes, duration, energy, list, when } from './format'
import type { Place } from './route'
import { amount, counted, hidden, told, words } from './columns'
import { tableOf, type Table } from './tables'
import type { Arm, RunDetail, RunState, RunSummary, StageState, StageStatus } from './types'

export type ShownState = StageState | 'skipped' | 'not begun'

/** A stage that failed without having begun was only left out: something that it needs failed; none was interrupted then. */
export function shownState({ state, startedAt }: StageStatus): ShownState {
  if (startedAt !== null) return state
  if (state === 'failed') return 'skipped'
  return state === 'interrupted' || state === 'cancelled' ? 'not begun' : state
}

/** What stands where an arm has no result, and why. */
export interface Lacking {
  word: string
  why: string
}
export const TO_COME: Lacking = { word: 'to come', why: '' }
export const isLive = (state: RunState): boolean => state === 'running' || state === 'queued'

/** The stage whose failure left others out; undefined where none failed. */
export const brokenOf = (stages: readonly StageStatus[]): StageStatus | undefined =>
  stages.find((stage) => shownState(stage) === 'failed')

/** Why an arm has no result: it is to come, or nothing comes, as a stage of it failed or its run stopped. */
export function lackingOf(
  { state, stages }: Pick<RunDetail, 'state' | 'stages'>,
  { seeds }: Pick<Arm, 'seeds'>,
): Lacking {
  const keys = new Set(seeds.flatMap(({ weak, labels, student, ceiling }) => [weak, labels, student, ceiling]))
  const own = stages.filter(({ key }) => keys.has(key)).map((stage) => ({ stage, shown: shownState(stage) }))
  const broken = own.find(({ shown }) => shown === 'failed')?.stage
  const cause = broken ?? (own.some(({ shown }) => shown === 'skipped') ? brokenOf(stages) : undefined)
  if (cause) return { word: 'failed', why: `“${cause.title}” failed: ${cause.error.split('\n')[0]}` }
  if (isLive(state) || state === 'done') return TO_COME
  return { word: state, why: `Its run was ${state} before this was done.` }
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

/** Runs with what they found by its ends over the arms, how long their stages worked, and when each began in UTC. */
export const runsTable = (runs: readonly RunSummary[]): Table =>
  tableOf(runs, [
    words('Run', ({ name }) => name),
    hidden('id', ({ id }) => id),
    words('state', ({ state }) => state),
    hidden('question', ({ question }) => question),
    words('found', ({ headline }) => headline.replaceAll('\n', '; ')),
    hidden('arms', ({ found }) => found.arms),
    hidden('PGR lowest', ({ found }) => found.pgr?.low),
    hidden('PGR highest', ({ found }) => found.pgr?.high),
    hidden('PGR undefined', ({ found }) => found.undefined),
    hidden('PGR doubtful', ({ found }) => found.doubtful),
    hidden('seeds least', ({ found }) => found.seeds?.low),
    hidden('seeds most', ({ found }) => found.seeds?.high),
    hidden('seeds asked', ({ found }) => found.asked),
    counted('stages done', ({ stagesDone }) => stagesDone),
    counted('stages', ({ stagesTotal }) => stagesTotal),
    amount('worked', {
      ...{ of: ({ endedAt, seconds }) => (endedAt === null || seconds === 0 ? null : seconds) },
      ...{ unit: 's', shown: duration, none: () => '' },
    }),
    told(
      'begun',
      ({ createdAt }) => new Date(createdAt).toISOString(),
      ({ createdAt }) => when(createdAt),
    ),
  ])

const UNSHOWN: ReadonlySet<RunSummary['state']> = new Set(['queued', 'failed'])

/** Where a run is looked at: one that has nothing to show yet where it works. */
export const placeOf = ({ stagesDone, state }: RunSummary): Place =>
  stagesDone > 0 && !UNSHOWN.has(state) ? 'results' : 'monitor'

/** Why nothing is drawn of test rows whose truth is withheld. */
export const SEALED_TEXT = 'What is found on test rows is sealed; it is drawn when the seal is broken.'

/** Most that was held of each of several cards; '' where there are none, or it is not known. */
const peaksOf = ({ cards }: RunDetail['use']) =>
  list(
    (cards.length > 1 ? cards : []).flatMap(({ card, peakGpuBytes }) =>
      peakGpuBytes === null ? [] : `${bytes(peakGpuBytes)} on ${card || 'a card that is not known'}`,
    ),
  )

/**
 * What a finished run took, against what was expected of it: time and memory, and energy with how much of the time it is of;
 * '' where none of it is known.
 */
export function costText({ state, seconds, use, expected }: RunDetail): string {
  const { peakBytes, peakGpuBytes, wattHours, wattSeconds, cards } = use
  const held = peakGpuBytes ?? peakBytes
  if (state !== 'done' || seconds === 0) return ''
  // One after the other: several at a time are sooner done.
  const took = `took ${duration(seconds)}`
  const timed =
    expected?.seconds == null
      ? `Its stages ${took}`
      : `Estimated ${about(expected.seconds, expected.rough)}, its stages ${took}`
  const where = peakGpuBytes === null ? 'memory' : 'GPU memory'
  // Of what computed on a card that card's memory was expected: the machine's says nothing of it.
  const isOther = peakGpuBytes === null && cards.length > 0
  const guess = expected?.memoryBytes == null || isOther ? '' : ` estimated ${bytes(expected.memoryBytes)}, was`
  const memory = held === null ? [] : [`${where}${guess} ${peaksOf(use) || bytes(held)} at most`]
  const by = cards.length > 1 ? `${cards.length} GPUs` : 'the GPU'
  const used =
    wattHours === null ? [] : [`${energy(wattHours)} by ${by} over ${duration(wattSeconds)} that were sampled`]
  return `${[timed, ...memory, ...used].join('; ')}.`
}
