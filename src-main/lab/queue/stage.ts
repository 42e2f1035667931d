import type { Cause, EngineEvent, Job } from '../../engine/protocol'
import type { Reserve } from '../../data/machine/reserve'
import { kindOf, readsOf, type Stage } from '../../science/stages'
import type { StageRow, Store } from '../../store'
import { adopt, readAdoption } from './adopt'
import type { Bus } from '../bus'
import type { Backends } from '../engine/backends'
import type { Lane } from './lane'
import { stageOf } from './lifecycle'
import type { Places } from './places'
import { runEvents, settleRuns, type Recorder } from './recorder'
import type { Shelf } from '../home/shelf'

export interface RunnerOptions {
  store: Store
  shelf: Shelf
  bus: Bus
  recorder: Recorder
  /** Path of a task's rows, by id and sha256. @throws LabError when it is not there or not the same any more */
  taskPath: (id: string, sha256: string) => string
  /** Path of a corpus, likewise. */
  corpusPath: (id: string, sha256: string) => string
  /** Path of a pretrained model, by its content. @throws LabError when it is not there any more */
  modelPath: (key: string) => Promise<string>
  /** What is known of the backend that a stage names. */
  backends: Pick<Backends, 'known'>
  /** Memory that stages leave alone. */
  reserve: () => Reserve
  places: Places
}

/**
 * Takes a waiting stage through the engine of a lane to its end, whatever that is.
 * @throws StorageError when the store takes no more facts
 */
export async function runStage(options: RunnerOptions, lane: Lane, row: StageRow): Promise<void> {
  const { store, bus, recorder } = options
  const { host, watch } = lane
  store.stages.claim(row.id, Date.now())
  watch.start()
  bus.publish(runEvents(store.runs.withStage(row.id)))
  let job: Job
  try {
    job = await jobOf(options, lane, row)
  } catch (error) {
    const cause = error instanceof Lacking ? error.what : undefined
    return recorder.record([failed(row.key, error instanceof Error ? error.message : String(error), cause)])
  }
  const lost = await host.run(job)
  if (!lost || (await adoptFinished(options, row.key))) return
  recorder.record([
    lost.cancelled
      ? { type: 'state', key: row.key, state: 'cancelled', at: Date.now() }
      : failed(row.key, lost.error, lost.killed ? 'killed' : undefined),
  ])
}

function failed(key: string, error: string, cause?: Cause): EngineEvent {
  return { type: 'state', key, state: 'failed', at: Date.now(), error, ...(cause && { cause }) }
}

/** What a stage reads is not there any more. */
class Lacking extends Error {
  constructor(
    readonly what: Cause,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** @throws Lacking what `find` cannot find */
async function found<T>(what: Cause, find: () => T | Promise<T>): Promise<T> {
  try {
    return await find()
  } catch (error) {
    throw new Lacking(what, error)
  }
}

/** @throws Lacking a task or a model that the stage reads and that is gone; LabError a corpus */
async function jobOf(
  { store, shelf, taskPath, corpusPath, modelPath, backends, reserve, places }: RunnerOptions,
  lane: Lane,
  row: StageRow,
): Promise<Job> {
  const stage = stageOf(store, row)
  const needs = store.needs.of(row.id).map(({ role, key }): [string, string] => {
    const artifact = store.artifacts.get(store.stages.byKey(key)!.id)
    return [role, shelf.folder(key, artifact?.origin ?? 'own')]
  })
  const known = backends.known(kindOf(stage.kind).backend?.(stage.config) ?? '')
  const machine = { reserve: reserve(), ...places.shares(lane), ...known }
  const read = await readOf({ taskPath, corpusPath, modelPath }, stage)
  return { stage, needs: Object.fromEntries(needs), artifacts: shelf.root, ...read, ...machine }
}

/** Where the things lie. */
export type Paths = Pick<RunnerOptions, 'taskPath' | 'corpusPath' | 'modelPath'>

/** Where that lies which a stage reads beside its needs. @throws as `jobOf` */
export async function readOf(
  { taskPath, corpusPath, modelPath }: Paths,
  stage: Stage,
): Promise<Pick<Job, 'tasks' | 'corpora' | 'models'>> {
  const reads = readsOf(stage)
  const tasks: Job['tasks'] = {}
  for (const [id, sha256] of reads.tasks) tasks[id] = await found('dataset', () => taskPath(id, sha256))
  const corpora = Object.fromEntries((reads.corpora ?? []).map(([id, sha256]) => [id, corpusPath(id, sha256)]))
  const models: Job['models'] = {}
  for (const key of reads.models) models[key] = await found('model', () => modelPath(key))
  return { tasks, corpora, models }
}

/** An engine that died after its last act has finished the stage all the same. */
async function adoptFinished({ store, shelf, bus }: RunnerOptions, key: string): Promise<boolean> {
  const found = await shelf.find(key)
  if (!found) return false
  const adoption = await readAdoption(found)
  const ended = store.transaction(() => {
    adopt(store, adoption)
    return settleRuns(store, Date.now())
  })
  bus.publish(runEvents(store.runs.withStage(store.stages.byKey(key)!.id), ended))
  return true
}
