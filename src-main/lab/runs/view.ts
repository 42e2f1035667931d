import type { RunDetail, RunState, RunSummary, StageStatus } from '../../../src-preload/contract'
import { storedArms, storedSpec } from '../../science/spec/earlier'
import { StorageError, type RunCounts, type RunStageRow, type Store } from '../../store'
import { createEstimator, type ModelSizes } from '../plan/estimates'
import { stageOf } from '../queue/lifecycle'

/** What was asked for. @throws StorageError where the store was changed */
export const specOf = (run: RunCounts) => readable(run, () => storedSpec(run.spec))
/** What is compared. @throws StorageError where the store was changed */
export const armsOf = (run: RunCounts) => readable(run, () => storedArms(run.arms, storedSpec(run.spec)))

function readable<T>({ id }: RunCounts, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    const message = `What the store says of run ${id} is damaged: ${(cause as Error).message}. Restore a copy of the store, or remove the run in the app.`
    throw new StorageError('corrupt', message, { cause })
  }
}

/** A run as far as its results go. */
export function comparedOf(run: RunCounts) {
  const { redraw, metric } = specOf(run)
  return { id: run.id, arms: armsOf(run), redraw, metric }
}

function stateOf(run: RunCounts): RunState {
  return run.ended ?? (run.running ? 'running' : 'queued')
}

/** A run as the list shows it. */
export function summaryOf(store: Store, run: RunCounts, sizes: ModelSizes): RunSummary {
  const { id, name, question, createdAt, queuedAt, endedAt, seconds, headline, stagesDone, stagesTotal } = run
  const etaSeconds = run.ended ? null : remaining(store, store.runStages.of(id), sizes)
  const times = { createdAt, queuedAt, endedAt, seconds }
  const state = stateOf(run)
  const sharing = state === 'queued' && run.sharing === 1
  return { id, name, question, ...times, state, sharing, stagesDone, stagesTotal, etaSeconds, headline }
}

/** A run with its arms and stages. */
export function detailOf(store: Store, run: RunCounts, sizes: ModelSizes): RunDetail {
  const stages = store.runStages.of(run.id).map(statusOf)
  return { ...summaryOf(store, run, sizes), spec: specOf(run), arms: armsOf(run), stages }
}

/** Seconds that a live run's stages still take; null when nothing is known of one of them. */
function remaining(store: Store, rows: RunStageRow[], sizes: ModelSizes): number | null {
  const stages = rows.map((row) => stageOf(store, row))
  const estimator = createEstimator(store, stages, sizes)
  let sum = 0
  for (const [i, row] of rows.entries()) {
    if (row.state !== 'waiting' && row.state !== 'running') continue
    const left = row.etaSeconds ?? estimator.seconds(stages[i]!)
    if (left === null) return null
    sum += left
  }
  return sum
}

function statusOf(row: RunStageRow): StageStatus {
  const { key, title, state, startedAt, endedAt, pausedMs, backend, device, threads, isa, reason, error } = row
  const { done, total, unit, share, phase, etaSeconds } = row
  const kind = row.kind as StageStatus['kind']
  const role = row.role as StageStatus['role']
  const cached = row.cached === 1
  const progress = { done, total, unit, share, phase, etaSeconds }
  const seconds = startedAt === null || endedAt === null ? null : (endedAt - startedAt - pausedMs) / 1000
  return {
    key,
    kind,
    role,
    title,
    state,
    cached,
    ...progress,
    startedAt,
    endedAt,
    seconds,
    backend,
    device,
    threads,
    isa,
    reason,
    error,
  }
}
