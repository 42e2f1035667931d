import { randomBytes } from 'node:crypto'
import type { Expected, RunDetail, RunSummary } from '../../../src-preload/contract'
import type { RunCounts, Store } from '../../store'
import { adopt, readAdoption, type Adoption } from '../queue/adopt'
import type { Bus } from '../bus'
import type { Checkpoints } from '../plan/checkpoints'
import { LabError } from '../errors'
import type { Measured } from '../plan/estimates'
import { release } from '../queue/holds'
import { endRun, forget, removeOrphans } from '../queue/lifecycle'
import { roleOf } from '../../science/stages'
import type { Planned } from '../plan/planner'
import type { Truth } from '../results/truth'
import type { Queue } from '../queue'
import { figureOf } from './figures'
import { runEvents, settleRuns } from '../queue/recorder'
import { besideAll, detailOf, summaryOf, type Known } from './view'
import type { Shelf } from '../home/shelf'

/** Runs: put into the queue, looked at, stopped, taken up again, removed. Ids that are not there throw `not-found`. */
export interface RunDesk {
  /** @param planned with what was expected of it, where that is to be remembered, and when it was begun, where that is not now */
  add(planned: Planned & { expected?: Expected; begunAt?: number }): Promise<string>
  list(): Promise<RunSummary[]>
  detail(id: string): Promise<RunDetail>
  cancel(id: string): null
  resume(id: string): Promise<null>
  /** Puts it before another run of the queue, or behind all (null). */
  move(id: string, before: string | null): null
  /** Lets an arm that is held go on. */
  release(id: string, arm: string): null
  remove(id: string): Promise<number>
  /** The row of a run. */
  find(id: string): RunCounts
}

interface Deps {
  store: Store
  shelf: Shelf
  bus: Bus
  queue: Queue
  checkpoints: Pick<Checkpoints, 'here'>
  /** What the builder measured. */
  measured: Measured
  truth: Pick<Truth, 'isSealed'>
}

/** The desk over a store; nothing is queued or begun by making it. */
export function createRunDesk(deps: Deps): RunDesk {
  const { store, shelf, bus, queue, truth } = deps
  const find = (id: string) => findRun(store, id)
  return {
    find,
    async add(planned) {
      queue.recover()
      const id = `${Date.now().toString(36)}-${randomBytes(2).toString('hex')}`
      const keys = planned.plan.stages.map((stage) => stage.key)
      await begin(deps, keys, (adoptions) => {
        insertStages(store, planned)
        want(store, shelf, keys, adoptions)
        insertRun(store, id, planned, planned.begunAt ?? Date.now())
        if (planned.expected) store.runs.setExpected(id, JSON.stringify(planned.expected))
      })
      return id
    },
    async list() {
      const known = await knownFor(deps, store.runs.live().length > 0)
      const beside = besideAll(store, truth.isSealed)
      return store.runs.all().map((run) => summaryOf(store, run, known, beside(run)))
    },
    async detail(id) {
      const known = await knownFor(deps, !find(id).ended)
      return detailOf(store, find(id), known, truth.isSealed)
    },
    cancel(id) {
      if (find(id).ended) throw new LabError('conflict', 'This run has ended already; there is nothing to cancel.')
      endRun(store, id, 'cancelled')
      bus.publish(runEvents([], [id]))
      queue.stopUnwanted()
      return null
    },
    async resume(id) {
      find(id)
      queue.recover()
      checkResumable(find(id))
      const keys = store.runStages.of(id).map((stage) => stage.key)
      await begin(deps, keys, (adoptions) => {
        checkResumable(find(id)) // once more: a look at the disk has passed
        store.runs.reopen(id, Date.now())
        store.holds.clear(id)
        want(store, shelf, keys, adoptions)
      })
      return null
    },
    move: (id, before) => moveRun(deps, id, before),
    release: (id, arm) => releaseArm(deps, id, arm),
    async remove(id) {
      if (!find(id).ended) throw new LabError('conflict', 'This run is still in the queue. Cancel it first.')
      if (isStopping(store, id)) throw new LabError('conflict', 'This run is being stopped. Try again in a moment.')
      const freed = await removeRun(store, shelf, id)
      bus.publish(runEvents([id]))
      return freed
    },
  }
}

/** @throws LabError `conflict` where one of both is not in the queue */
function moveRun({ store, bus }: Deps, id: string, before: string | null): null {
  const ended = [id, before].flatMap((one) => (one === null ? [] : findRun(store, one))).find((run) => run.ended)
  if (ended) throw new LabError('conflict', `${ended.name} has ended; only runs in the queue have an order.`)
  if (id !== before) store.runs.move(id, before)
  bus.publish(runEvents(store.runs.live()))
  return null
}

function releaseArm({ store, bus, queue }: Deps, id: string, arm: string): null {
  store.transaction(() => release(store, findRun(store, id), arm))
  bus.publish(runEvents([id]))
  queue.wake()
  return null
}

/** Only what a live run will still take has to be estimated. */
async function knownFor({ checkpoints, measured }: Deps, live: boolean): Promise<Known> {
  return { sizes: live ? await checkpoints.here() : new Map(), measured }
}

/** Makes a run live by `change`, ends it when there is nothing to do, tells, and looks for work. */
async function begin({ store, shelf, bus, queue }: Deps, keys: string[], change: (adoptions: Adoption[]) => void) {
  const adoptions = await findAdoptions(store, shelf, keys)
  const ended = store.transaction(() => {
    change(adoptions)
    return settleRuns(store, Date.now())
  })
  bus.publish(runEvents(store.runs.live(), ended))
  queue.wake()
}

/** @throws LabError `not-found` */
function findRun(store: Store, id: string): RunCounts {
  const run = store.runs.get(id)
  if (!run) throw new LabError('not-found', `There is no run "${id}".`)
  return run
}

/** @throws LabError when a run is live, or has nothing left to do */
function checkResumable(run: RunCounts): void {
  if (!run.ended) throw new LabError('conflict', 'This run is in the queue already.')
  if (run.ended === 'done' && run.stagesDone === run.stagesTotal)
    throw new LabError('conflict', 'Every stage of this run is done; there is nothing to resume.')
}

/** Whether a stage runs that no live run wants: an ended one that is being stopped. */
function isStopping(store: Store, id: string): boolean {
  const running = store.stages.inState('running').filter((stage) => !store.stages.isWanted(stage.id))
  return running.some((stage) => store.runs.withStage(stage.id).includes(id))
}

/** Removes a run with the stages that no other one has; gives the bytes that the disk has back. */
async function removeRun(store: Store, shelf: Shelf, id: string): Promise<number> {
  const before = store.bytes()
  store.runs.remove(id)
  const artifacts = await removeOrphans(store, shelf)
  while (store.reclaim(RECLAIM_PAGES)) await new Promise(setImmediate)
  return artifacts + Math.max(0, before - store.bytes())
}

/** Pages of the database given back at a time: a few milliseconds of work. */
const RECLAIM_PAGES = 500

/** What is on disk of the stages that are not recorded as done. */
async function findAdoptions(store: Store, shelf: Shelf, keys: string[]): Promise<Adoption[]> {
  const out: Adoption[] = []
  for (const key of keys) {
    if (store.stages.byKey(key)?.state === 'done') continue
    const found = await shelf.find(key)
    if (found) out.push(await readAdoption(found))
  }
  return out
}

/** Takes over what is on disk, and puts the stages that are not done, or whose artifact is gone, into the queue. */
function want(store: Store, shelf: Shelf, keys: string[], adoptions: Adoption[]): void {
  // Looked at a moment ago; what was removed since is made again.
  for (const found of adoptions) if (shelf.has(found.manifest.key, found.origin)) adopt(store, found)
  for (const key of keys) {
    const stage = store.stages.byKey(key)!
    const origin = store.artifacts.get(stage.id)?.origin
    if (stage.state === 'done' && !(origin && shelf.has(key, origin))) forget(store, stage.id)
    else if (stage.state !== 'done' && stage.state !== 'running') store.stages.wait(stage.id)
  }
}

function insertStages(store: Store, { plan }: Planned): void {
  for (const planned of plan.stages) {
    const { key, kind, title, config, needs } = planned
    const stage = store.stages.ensure({ key, kind, role: roleOf(planned), title, config: JSON.stringify(config) })
    for (const [role, need] of Object.entries(needs)) store.needs.insert(stage.id, role, need)
  }
}

/** The run and its place among the stages, which must be there. */
function insertRun(store: Store, id: string, { spec, plan }: Planned, at: number): void {
  const { name, question } = spec
  const asked = { spec: JSON.stringify(spec), arms: JSON.stringify(plan.arms) }
  const live = { createdAt: at, queuedAt: at, endedAt: null, ended: null, headline: '' }
  store.runs.insert({ id, name, question, ...asked, ...live })
  for (const [position, { key, facts }] of plan.stages.entries()) {
    const stage = store.stages.byKey(key)!
    store.runStages.insert(id, stage.id, position, stage.state === 'done', JSON.stringify(facts))
  }
  for (const [position, arm] of plan.arms.entries()) store.figures.put(figureOf(id, position, arm))
}
