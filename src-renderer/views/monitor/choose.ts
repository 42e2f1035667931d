import { shownState, type ShownState } from '../../lib/runs'
import type { Alert, RunDetail, RunSummary, StageStatus } from '../../lib/types'

/** The runs in the queue, in the order in which they will be worked on: one that was put before the one at work is first. */
export function queueOf(runs: readonly RunSummary[]): RunSummary[] {
  const live = runs.filter(({ state }) => state === 'running' || state === 'queued')
  return live.toSorted((a, b) => a.rank - b.rank)
}

/**
 * Before which run of the queue one stands that is moved by a place: null at the end, undefined where it cannot be.
 */
export function moved(queue: readonly RunSummary[], id: string, by: -1 | 1): string | null | undefined {
  const at = queue.findIndex((run) => run.id === id)
  const to = at + by
  if (at < 0 || to < 0 || to >= queue.length) return undefined
  return queue[by < 0 ? to : to + 1]?.id ?? null
}

/** The run to look at when none is named: the one at work, else the next in the queue, else the newest. */
export function defaultRun(runs: readonly RunSummary[]): RunSummary | undefined {
  return runs.find(({ state }) => state === 'running') ?? queueOf(runs)[0] ?? runs[0]
}

/** Whether an ended run has something left to do. */
export function canGoOn({ endedAt, stagesDone, stagesTotal }: RunSummary): boolean {
  return endedAt !== null && stagesDone < stagesTotal
}

/** How many runs come before one of the queue, in words. */
export function placeInQueue(run: RunSummary, runs: readonly RunSummary[]): string {
  const before = queueOf(runs).findIndex(({ id }) => id === run.id)
  return before > 0 ? `${before} before it` : 'next'
}

/** Whether all that is left of a run are arms that are held: its turn never comes before one of them is let go on. */
export function waitsForUser({ id, arms, stages }: RunDetail, alerts: readonly Alert[]): boolean {
  const held = new Set(alerts.flatMap(({ kind, runId, arm }) => (kind === 'held' && runId === id ? [arm] : [])))
  const open = new Set(stages.flatMap(({ key, state }) => (state === 'waiting' ? [key] : [])))
  const isOver = ({ seeds }: RunDetail['arms'][number]) =>
    seeds.every(({ weak, labels, student, ceiling }) => ![weak, labels, student, ceiling].some((key) => open.has(key)))
  return held.size > 0 && arms.every((arm) => held.has(arm.id) || isOver(arm))
}

const BROKEN: readonly ShownState[] = ['failed', 'interrupted', 'cancelled']

/**
 * The stage to look at: the one that was asked for, else the one at work, the one that broke, or the last that trained;
 * none of a run that waits for its turn.
 */
export function chosenStage({ state, stages }: RunDetail, wanted: string | undefined): StageStatus | undefined {
  const broken = (s: StageStatus) => BROKEN.includes(shownState(s))
  const asked = stages.find((s) => s.key === wanted)
  if (asked || state === 'queued') return asked
  return (
    stages.find((s) => s.state === 'running') ??
    stages.find(broken) ??
    stages.findLast((s) => s.state === 'done' && s.learns) ??
    stages[0]
  )
}
