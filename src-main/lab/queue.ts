import type { EngineEvent, Job } from '../engine/protocol'
import type { Stage } from '../science/stages'
import { StorageError, type StageRow, type Store } from '../store'
import { adopt, readAdoption } from './adopt'
import type { Bus } from './bus'
import type { Host } from './host'
import { interruptAll, stageOf } from './lifecycle'
import { runEvents, settleRuns, type Recorder } from './recorder'
import type { Shelf } from './shelf'

/** Runs the stages that live runs want, one after the other, in the order of the queue. */
export interface Queue {
  /** Looks for work; call it whenever there may be some. */
  wake(): void
  /** Stops a running stage that no live run wants any more. */
  stopUnwanted(): void
  /** Why nothing is run any more, for people; '' while all is well. */
  readonly trouble: string
  /**
   * Tries to go on after trouble; what was running then stands as interrupted.
   * @throws StorageError when the trouble is still there
   */
  recover(): void
  /** Stops what runs (within the cancel timeout) and starts nothing more; live runs are left interrupted. */
  close(): Promise<void>
}

interface QueueOptions {
  store: Store
  shelf: Shelf
  host: Host
  bus: Bus
  recorder: Recorder
  /** Path of a task's rows, by id and sha256. @throws LabError when it is not there or not the same any more */
  taskPath(id: string, sha256: string): string
  onEnded(runIds: string[]): void
  onChange(): void
}

export function createQueue(options: QueueOptions): Queue {
  const { store, shelf, host, bus, recorder } = options
  let working: Promise<void> | null = null
  let current: StageRow | null = null
  let closed = false
  let trouble = ''

  /** @throws LabError when a task that the stage reads is gone */
  function jobOf(row: StageRow): Job {
    const stage = stageOf(store, row)
    const needs = store.needs.of(row.id).map(({ role, key }): [string, string] => {
      const artifact = store.artifacts.get(store.stages.byKey(key)!.id)
      return [role, shelf.folder(key, artifact?.origin ?? 'own')]
    })
    const tasks = tasksOf(stage).map(([id, sha256]): [string, string] => [id, options.taskPath(id, sha256)])
    return { stage, needs: Object.fromEntries(needs), artifacts: shelf.root, tasks: Object.fromEntries(tasks) }
  }

  async function runStage(row: StageRow): Promise<void> {
    store.stages.claim(row.id, Date.now())
    bus.publish(runEvents(store.runs.withStage(row.id)))
    const ended = (state: 'failed' | 'cancelled', error: string) => {
      const at = Date.now()
      const event: EngineEvent =
        state === 'failed'
          ? { type: 'state', key: row.key, state, at, error }
          : { type: 'state', key: row.key, state, at }
      recorder.record([event])
    }
    let job: Job
    try {
      job = jobOf(row)
    } catch (error) {
      return ended('failed', error instanceof Error ? error.message : String(error))
    }
    const lost = await host.run(job)
    if (lost && !(await adoptFinished(row.key))) ended(lost.cancelled ? 'cancelled' : 'failed', lost.error)
  }

  /** An engine that died after its last act has finished the stage all the same. */
  async function adoptFinished(key: string): Promise<boolean> {
    const found = await shelf.find(key)
    if (!found) return false
    const adoption = await readAdoption(found)
    const ended = store.transaction(() => {
      adopt(store, adoption)
      return settleRuns(store, Date.now())
    })
    bus.publish(runEvents(store.runs.withStage(store.stages.byKey(key)!.id)))
    if (ended.length > 0) options.onEnded(ended)
    return true
  }

  async function work(): Promise<void> {
    try {
      for (let row = store.stages.next(); row && !closed; row = store.stages.next()) {
        current = row
        await runStage(row)
        options.onChange()
      }
    } catch (error) {
      halt(error)
    } finally {
      current = null
      working = null
      options.onChange()
    }
  }

  /** The store takes no more facts, so nothing more may be run: it would be lost. */
  function halt(error: unknown): void {
    if (!(error instanceof StorageError)) console.error(error)
    trouble = error instanceof Error ? error.message : String(error)
    try {
      interruptAll(store, Date.now())
    } catch {
      // Still no room for it: `recover`, or the next start, sees to it.
    }
    bus.publish(runEvents(store.runs.all().map((run) => run.id)))
  }

  function wake(): void {
    if (!working && !closed && trouble === '') working = Promise.resolve().then(work)
  }

  return {
    wake,
    stopUnwanted() {
      if (current && !store.stages.isWanted(current.id)) host.cancel(current.key)
    },
    get trouble() {
      return trouble
    },
    recover() {
      if (trouble === '') return
      interruptAll(store, Date.now())
      trouble = ''
    },
    async close() {
      closed = true
      recorder.leaving()
      if (current) host.cancel(current.key)
      await working
      host.stop()
      interruptAll(store, Date.now())
    },
  }
}

/** The task files that a stage reads: id and sha256. */
function tasksOf(stage: Stage): [string, string][] {
  if (stage.kind === 'data') return [[stage.config.task, stage.config.source]]
  return stage.kind === 'pretrain' ? Object.entries(stage.config.corpora) : []
}
