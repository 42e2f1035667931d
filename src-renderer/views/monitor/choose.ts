import type { RunSummary, StageState, StageStatus } from '../../lib/types'

/** The runs in the queue: the one at work, then the others in the order in which they will be worked on. */
export function queueOf(runs: readonly RunSummary[]): RunSummary[] {
  const order = (a: RunSummary, b: RunSummary) => a.queuedAt - b.queuedAt
  const inState = (state: RunSummary['state']) => runs.filter((run) => run.state === state).toSorted(order)
  return [...inState('running'), ...inState('queued')]
}

/** The run to look at when none is named: the one at work, else the next in the queue, else the newest. */
export function defaultRun(runs: readonly RunSummary[]): RunSummary | undefined {
  return queueOf(runs)[0] ?? runs[0]
}

/** A stage that failed without having begun was only left out: something that it needs failed. */
export function shownState({ state, startedAt }: StageStatus): StageState | 'skipped' {
  return state === 'failed' && startedAt === null ? 'skipped' : state
}

/** The stage to look at: the one that was asked for, else the one at work, the one that broke, or the last that trained. */
export function chosenStage(stages: readonly StageStatus[], wanted: string | undefined): StageStatus | undefined {
  const broken = (s: StageStatus) => shownState(s) === 'failed' || s.state === 'interrupted' || s.state === 'cancelled'
  return (
    stages.find((s) => s.key === wanted) ??
    stages.find((s) => s.state === 'running') ??
    stages.find(broken) ??
    stages.findLast((s) => s.state === 'done' && s.kind === 'train') ??
    stages[0]
  )
}
