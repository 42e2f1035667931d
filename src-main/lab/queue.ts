import { StorageError, type StageRow } from '../store'
import { interruptAll } from './lifecycle'
import { runEvents } from './recorder'
import { runStage, type RunnerOptions } from './stage-runner'

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

interface QueueOptions extends RunnerOptions {
  onChange: () => void
}

/** A queue that sleeps until it is woken. */
export function createQueue(options: QueueOptions): Queue {
  const { store, host, bus, recorder } = options
  let working: Promise<void> | null = null
  let current: StageRow | null = null
  let closed = false
  let trouble = ''

  async function work(): Promise<void> {
    try {
      for (let row = store.stages.next(); row && !closed; row = store.stages.next()) {
        current = row
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

  return {
    wake() {
      if (!working && !closed && trouble === '') working = Promise.resolve().then(work)
    },
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
