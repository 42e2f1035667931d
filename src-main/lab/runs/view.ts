import type {
  ArmFigures,
  ArmsFound,
  Expected,
  RunDetail,
  RunMarks,
  RunState,
  RunSummary,
  StageStatus,
} from '../../../src-preload/contract'
import { storedArms, storedFacts, storedSpec } from '../../science/spec/earlier'
import { accuracy } from '../../science/metrics/variants/accuracy'
import { isPretraining, type Asked, type PretrainSpec } from '../../science/pretraining/spec'
import { kindOf, stageTitles, type Arm, type StageFacts } from '../../science/stages'
import { studyOf } from '../../science/studies/study'
import {
  StorageError,
  type FigureRow,
  type FoundRow,
  type MarkRow,
  type RunCounts,
  type RunStageRow,
  type Store,
} from '../../store'
import { createEstimator, type Measured, type ModelSizes } from '../plan/estimates'
import { stageOf } from '../queue/lifecycle'
import { stepOn } from './axis'
import { remedyOf } from './remedy'
import { usedBy } from './use'

/** What was asked for: one of both. @throws StorageError where the store was changed */
export function askedOf(run: RunCounts): Asked {
  return readable(run, () => {
    const stored: unknown = JSON.parse(run.spec)
    return isPretraining(stored)
      ? { spec: null, pretraining: stored as PretrainSpec }
      : { spec: storedSpec(run.spec), pretraining: null }
  })
}

/** What is compared: nothing where models are made. @throws StorageError where the store was changed */
export function armsOf(run: RunCounts): Arm[] {
  const { spec } = askedOf(run)
  return spec ? readable(run, () => storedArms(run.arms, spec)) : []
}

function readable<T>({ id }: RunCounts, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    const message = `What the store says of run ${id} is damaged: ${(cause as Error).message}. Restore a copy of the store, or remove the run in the app.`
    throw new StorageError('corrupt', message, { cause })
  }
}

const NO_RESULTS = { redraw: 'order', metric: accuracy.id } as const

/** A run as far as its results go. */
export function comparedOf(run: RunCounts) {
  const { redraw, metric } = askedOf(run).spec ?? NO_RESULTS
  return { id: run.id, arms: armsOf(run), redraw, metric }
}

type TitledRow = Omit<RunStageRow, 'facts'> & { facts: StageFacts }

/** The stages of a run by what they are in it, titled by what tells them apart there; of an earlier version as it did. */
export function titledStages(store: Store, run: string): TitledRow[] {
  const rows = store.runStages.of(run)
  if (rows.some(({ facts }) => facts === '')) {
    const facts = storedFacts(rows)
    return rows.map((row, i) => ({ ...row, facts: facts[i]! }))
  }
  const facts = rows.map((row) => JSON.parse(row.facts) as StageFacts)
  const titles = stageTitles(facts)
  return rows.map((row, i) => ({ ...row, facts: facts[i]!, title: titles[i]! }))
}

export function stateOf(run: RunCounts): RunState {
  return run.ended ?? (run.running ? 'running' : 'queued')
}

/** What stands beside a run in other tables. */
export interface Beside {
  sealed: boolean
  mark: MarkRow | undefined
  found: FoundRow | undefined
}

type Sealed = (run: RunCounts) => boolean

/** The same of every run at once. */
export function besideAll(store: Store, isSealed: Sealed): (run: RunCounts) => Beside {
  const marks = new Map(store.marks.all().map((mark) => [mark.run, mark]))
  const found = new Map(store.figures.found().map((row) => [row.run, row]))
  return (run) => ({ sealed: isSealed(run), mark: marks.get(run.id), found: found.get(run.id) })
}

const besideOf = (store: Store, run: RunCounts, isSealed: Sealed): Beside => ({
  sealed: isSealed(run),
  mark: store.marks.get(run.id),
  found: store.figures.foundOf(run.id),
})

function foundOf(row: FoundRow | undefined): ArmsFound {
  if (!row) return { arms: 0, undefined: 0, doubtful: 0, pgr: null, seeds: null, asked: 0 }
  const { arms, undefined: missing, doubtful, low, high, fewest, most, asked } = row
  return {
    ...{ arms, undefined: missing, doubtful, asked },
    pgr: low === null || high === null ? null : { low, high },
    seeds: fewest === null || most === null ? null : { low: fewest, high: most },
  }
}

/** What the user says of a run. */
export function marksOf(mark: MarkRow | undefined): RunMarks {
  if (!mark) return { tags: [], notes: '', hidden: false, starred: false, trashedAt: null }
  const { notes, hidden, starred, trashedAt } = mark
  return { tags: JSON.parse(mark.tags) as string[], notes, hidden: hidden === 1, starred: starred === 1, trashedAt }
}

const figuresOf = ({ run: _run, position: _position, ...figures }: FigureRow): ArmFigures => figures

/** How a run is called. */
export const nameOf = (run: { name: string }, mark: MarkRow | undefined): string => mark?.name || run.name

/** What the time that a run still takes is told by. */
export interface Known {
  sizes: ModelSizes
  measured: Measured
}

/** A run as the list shows it. */
export function summaryOf(store: Store, run: RunCounts, known: Known, beside: Beside): RunSummary {
  const { id, question, createdAt, queuedAt, rank, endedAt, seconds, headline, stagesDone, stagesTotal } = run
  const etaSeconds = run.ended ? null : remaining(store, store.runStages.of(id), known)
  const times = { createdAt, queuedAt, rank, endedAt, seconds }
  const state = stateOf(run)
  const sharing = state === 'queued' && run.sharing === 1
  return {
    ...{ id, name: nameOf(run, beside.mark), question, study: studyOf(run).id },
    ...{ ...times, state, sharing, stagesDone, stagesTotal, etaSeconds, headline },
    ...marksOf(beside.mark),
    found: foundOf(beside.found),
    sealed: beside.sealed,
  }
}

/** A run with its arms and stages. */
export function detailOf(store: Store, run: RunCounts, known: Known, isSealed: Sealed): RunDetail {
  const asked = askedOf(run)
  const { own, byStage } = usedBy(store, run.id)
  const stages = titledStages(store, run.id).map((row) => ({
    ...statusOf(row),
    use: byStage(row.key),
    batch: row.state === 'running' ? stepOn('labels', store, row) : null,
    remedy: remedyOf(row, asked.spec),
  }))
  const figures = store.figures.of(run.id).map(figuresOf)
  const summary = summaryOf(store, run, known, besideOf(store, run, isSealed))
  const expected = run.expected === '' ? null : (JSON.parse(run.expected) as Expected)
  return { ...summary, ...asked, figures, arms: armsOf(run), stages, use: own, expected }
}

/**
 * Seconds that a live run's stages still take, as many at a time as there are now; null when nothing is known of one of them.
 */
function remaining(store: Store, rows: RunStageRow[], { sizes, measured }: Known): number | null {
  const stages = rows.map((row) => stageOf(store, row))
  const estimator = createEstimator(store, stages, sizes, measured)
  let sum = 0
  let longest = 0
  for (const [i, row] of rows.entries()) {
    if (row.state !== 'waiting' && row.state !== 'running') continue
    const left = row.etaSeconds ?? estimator.seconds(stages[i]!)
    if (left === null) return null
    sum += left
    longest = Math.max(longest, left)
  }
  const atOnce = rows.filter(({ state }) => state === 'running').length
  return Math.max(longest, sum / Math.max(1, atOnce))
}

function statusOf(row: TitledRow): Omit<StageStatus, 'remedy' | 'batch' | 'use'> {
  const { key, kind, role, title, facts, state, startedAt, endedAt, pausedMs, earlierSeconds } = row
  const { backend, device, threads, isa, reason, error } = row
  const { done, total, unit, share, phase, etaSeconds } = row
  const cached = row.cached === 1
  const progress = { done, total, unit, share, phase, etaSeconds }
  const last = startedAt === null || endedAt === null ? null : (endedAt - startedAt - pausedMs) / 1000
  const seconds = last === null ? null : earlierSeconds + last
  return {
    key,
    kind,
    role,
    facts,
    learns: kindOf(kind).learns ?? false,
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
