import { asStorageError, type StageRow } from '../../store'
import { interruptAll } from './lifecycle'
import { runEvents } from './recorder'
import { runStage, type RunnerOptions } from './stage'

/** Runs the stages that live runs want, one after the other, in the order of the queue. */
export interface Queue {
  /** Looks for work; call it whenever there may be some. */
  wake(): void
  /** Stops a running stage that no live run wants any more. */
  stopUnwanted(): void
  /** Holds the stage at work at its next step and begins no other one; or lets both go on. */
  pause(paused: boolean): void
  readonly paused: boolean
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

interface QueueOptions extends RunnerOptions {
  onChange: () => void
}

/** A queue that sleeps until it is woken. */
export function createQueue(options: QueueOptions): Queue {
  const { store, host, bus, recorder, watch } = options
  let working: Promise<void> | null = null
  let current: StageRow | null = null
  let closed = false
  let trouble = ''
  /** The live runs, as last read: a store that fails cannot be asked for them any more. */
  let live: string[] = []
  /** When the pause began, by the clock that nobody sets; null while nothing is held. */
  let pausedAt: number | null = null

  async function work(): Promise<void> {
    try {
      for (let row = store.stages.next(); row && !closed && pausedAt === null; row = store.stages.next()) {
        current = row
        live = store.runs.live()
        await runStage(options, row)
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

  function wake(): void {
    if (!working && !closed && trouble === '' && pausedAt === null) working = Promise.resolve().then(work)
  }

  /** The store takes no more facts, so nothing more may be run: it would be lost. */
  function halt(thrown: unknown): void {
    const error = asStorageError(thrown, store.path)
    trouble = error instanceof Error ? error.message : String(error)
    try {
      interruptAll(store, Date.now())
    } catch {
      // Still no room for it, or no disk: `recover`, or the next start, sees to it.
    }
    bus.publish(runEvents(live))
  }

  return {
    wake,
    stopUnwanted() {
      if (current && !store.stages.isWanted(current.id)) host.cancel(current.key)
    },
    pause(paused) {
      if (paused === (pausedAt !== null)) return
      // A stage at work has been there since before the pause: none begins in it.
      if (pausedAt !== null && current) store.stages.addPause(current.id, performance.now() - pausedAt)
      pausedAt = paused ? performance.now() : null
      if (paused) watch.hold()
      else watch.go()
      host.pause(paused)
      options.onChange()
      wake()
    },
    get paused() {
      return pausedAt !== null
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
      // Where the store takes nothing any more, the next start sees to it.
      if (trouble === '') interruptAll(store, Date.now())
    },
  }
}
