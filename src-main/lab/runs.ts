import { randomBytes } from 'node:crypto'
import type { Arm, RunDetail, RunState, RunSummary, StageStatus } from '../../src-preload/contract'
import type { ExperimentSpec } from '../science/spec'
import type { RunCounts, RunStageRow, Store } from '../store'
import { adopt, readAdoption, type Adoption } from './adopt'
import type { Bus } from './bus'
import { LabError } from './errors'
import { createEstimator, type Estimator } from './estimates'
import { forget, removeOrphans, stageOf } from './lifecycle'
import { roleOf, type Planned } from './planner'
import type { Queue } from './queue'
import { runEvents, settleRuns } from './recorder'
import type { Shelf } from './shelf'

/** Runs: put into the queue, looked at, stopped, taken up again, removed. Ids that are not there throw `not-found`. */
export interface RunDesk {
  add(planned: Planned): Promise<string>
  list(): RunSummary[]
  detail(id: string): RunDetail
  cancel(id: string): null
  resume(id: string): Promise<null>
  remove(id: string): Promise<number>
  /** The row of a run. */
  find(id: string): RunCounts
}

interface Deps {
  store: Store
  shelf: Shelf
  bus: Bus
  queue: Queue
  onEnded: (runIds: string[]) => void
}

export function createRunDesk({ store, shelf, bus, queue, onEnded }: Deps): RunDesk {
  function find(id: string): RunCounts {
    const run = store.runs.get(id)
    if (!run) throw new LabError('not-found', `There is no run "${id}".`)
    return run
  }

  /** What is on disk of the stages that are not recorded as done. */
  async function adoptions(keys: string[]): Promise<Adoption[]> {
    const out: Adoption[] = []
    for (const key of keys) {
      if (store.stages.byKey(key)?.state === 'done') continue
      const found = await shelf.find(key)
      if (found) out.push(await readAdoption(found))
    }
    return out
  }

  /** Puts the stages that are not done into the queue; part of the caller's transaction. */
  function want(keys: string[], adopted: Adoption[]): void {
    // Looked at a moment ago; what was removed since is made again.
    for (const adoption of adopted) if (shelf.has(adoption.manifest.key, adoption.origin)) adopt(store, adoption)
    for (const key of keys) {
      const stage = store.stages.byKey(key)!
      const origin = store.artifacts.get(stage.id)?.origin
      if (stage.state === 'done' && !(origin && shelf.has(key, origin))) forget(store, stage.id)
      else if (stage.state !== 'done' && stage.state !== 'running') store.stages.wait(stage.id)
    }
  }

  /** After a run became live: ends it when there was nothing to do, tells, and looks for work. */
  function begin(change: () => void): void {
    const ended = store.transaction(() => {
      change()
      return settleRuns(store, Date.now())
    })
    bus.publish(runEvents(store.runs.live().concat(ended)))
    if (ended.length > 0) onEnded(ended)
    queue.wake()
  }

  return {
    find,
    async add({ spec, plan }) {
      queue.recover()
      const id = `${Date.now().toString(36)}-${randomBytes(2).toString('hex')}`
      const keys = plan.stages.map((stage) => stage.key)
      const adopted = await adoptions(keys)
      begin(() => {
        const at = Date.now()
        const { name, question } = spec
        const asked = { spec: JSON.stringify(spec), arms: JSON.stringify(plan.arms) }
        store.runs.insert({
          id,
          name,
          question,
          ...asked,
          createdAt: at,
          queuedAt: at,
          endedAt: null,
          ended: null,
          headline: '',
        })
        for (const { key, kind, title, config, needs, role } of plan.stages.map((s) => ({ ...s, role: roleOf(s) }))) {
          const { id: stage } = store.stages.ensure({ key, kind, role, title, config: JSON.stringify(config) })
          for (const [role, need] of Object.entries(needs)) store.needs.insert(stage, role, need)
        }
        want(keys, adopted)
        keys.forEach((key, position) => {
          const stage = store.stages.byKey(key)!
          store.runStages.insert(id, stage.id, position, stage.state === 'done')
        })
      })
      return id
    },
    list: () => store.runs.all().map((run) => summaryOf(store, run)),
    detail(id) {
      const run = find(id)
      const stages = store.runStages.of(id).map(statusOf)
      return { ...summaryOf(store, run), spec: specOf(run), arms: armsOf(run), stages }
    },
    cancel(id) {
      if (find(id).ended) throw new LabError('conflict', 'This run has ended already; there is nothing to cancel.')
      store.transaction(() => {
        store.runs.end(id, 'cancelled', Date.now())
        store.stages.leaveQueue(id, 'cancelled')
      })
      bus.publish(runEvents([id]))
      onEnded([id])
      queue.stopUnwanted()
      return null
    },
    async resume(id) {
      const run = find(id)
      queue.recover()
      if (!find(id).ended) throw new LabError('conflict', 'This run is in the queue already.')
      if (run.stagesDone === run.stagesTotal && run.ended === 'done')
        throw new LabError('conflict', 'Every stage of this run is done; there is nothing to resume.')
      const keys = store.runStages.of(id).map((stage) => stage.key)
      const adopted = await adoptions(keys)
      begin(() => {
        store.runs.reopen(id, Date.now())
        want(keys, adopted)
      })
      return null
    },
    async remove(id) {
      if (!find(id).ended) throw new LabError('conflict', 'This run is still in the queue. Cancel it first.')
      const running = store.stages.inState('running').find((stage) => store.runs.withStage(stage.id).includes(id))
      if (running && !store.stages.isWanted(running.id))
        throw new LabError('conflict', 'This run is being stopped. Try again in a moment.')
      const before = store.bytes()
      store.runs.remove(id)
      bus.publish(runEvents([id]))
      const artifacts = await removeOrphans(store, shelf)
      while (store.reclaim(RECLAIM_PAGES)) await new Promise(setImmediate)
      return artifacts + Math.max(0, before - store.bytes())
    },
  }
}

/** Pages of the database given back at a time: a few milliseconds of work. */
const RECLAIM_PAGES = 500

export const specOf = (run: RunCounts) => JSON.parse(run.spec) as ExperimentSpec
export const armsOf = (run: RunCounts) => JSON.parse(run.arms) as Arm[]

function stateOf(run: RunCounts): RunState {
  return run.ended ?? (run.running > 0 ? 'running' : 'queued')
}

function summaryOf(store: Store, run: RunCounts): RunSummary {
  const { id, name, question, createdAt, endedAt, headline, stagesDone, stagesTotal } = run
  const etaSeconds = run.ended ? null : remaining(store, store.runStages.of(id))
  return { id, name, question, createdAt, endedAt, state: stateOf(run), stagesDone, stagesTotal, etaSeconds, headline }
}

/** Seconds that a live run's stages still take; null when nothing is known of one of them. */
function remaining(store: Store, rows: RunStageRow[]): number | null {
  const stages = rows.map((row) => stageOf(store, row))
  const estimator: Estimator = createEstimator(store, stages)
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
  const { key, title, state, done, total, unit, etaSeconds, startedAt, endedAt, backend, device, reason, error } = row
  const kind = row.kind as StageStatus['kind']
  const role = row.role as StageStatus['role']
  const cached = row.cached === 1
  const progress = { done, total, unit, etaSeconds }
  return { key, kind, role, title, state, cached, ...progress, startedAt, endedAt, backend, device, reason, error }
}
