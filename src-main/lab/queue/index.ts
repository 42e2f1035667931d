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

/** A queue that sleeps until it is woken. */
export function createQueue(options: RunnerOptions): Queue {
  return new StageQueue(options)
}

class StageQueue implements Queue {
  trouble = ''
  #working: Promise<void> | null = null
  #current: StageRow | null = null
  #closed = false
  /** The live runs, as last read: a store that fails cannot be asked for them any more. */
  #live: string[] = []
  /** When the pause began, by the clock that nobody sets; null while nothing is held. */
  #pausedAt: number | null = null
  readonly #options: RunnerOptions

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  wake(): void {
    if (!this.#working && !this.#closed && this.trouble === '' && !this.paused)
      this.#working = Promise.resolve().then(() => this.#work())
  }

  stopUnwanted(): void {
    const { store, host } = this.#options
    if (this.#current && !store.stages.isWanted(this.#current.id)) host.cancel(this.#current.key)
  }

  get paused(): boolean {
    return this.#pausedAt !== null
  }

  pause(paused: boolean): void {
    if (paused === this.paused) return
    const { store, watch, host, bus } = this.#options
    // A stage at work has been there since before the pause: none begins in it.
    if (this.#pausedAt !== null && this.#current)
      store.stages.addPause(this.#current.id, performance.now() - this.#pausedAt)
    this.#pausedAt = paused ? performance.now() : null
    if (paused) watch.hold()
    else watch.go()
    host.pause(paused)
    bus.publish([{ type: 'engine' }])
    this.wake()
  }

  recover(): void {
    if (this.trouble === '') return
    interruptAll(this.#options.store, Date.now())
    this.trouble = ''
  }

  async close(): Promise<void> {
    const { store, host, recorder } = this.#options
    this.#closed = true
    recorder.leaving()
    if (this.#current) host.cancel(this.#current.key)
    await this.#working
    host.stop()
    // Where the store takes nothing any more, the next start sees to it.
    if (this.trouble === '') interruptAll(store, Date.now())
  }

  async #work(): Promise<void> {
    const { store } = this.#options
    const next = () => (this.#closed || this.paused ? undefined : store.stages.next())
    try {
      for (let row = next(); row; row = next()) {
        this.#current = row
        this.#live = store.runs.live()
        await runStage(this.#options, row)
      }
    } catch (error) {
      this.#halt(error)
    } finally {
      this.#current = null
      this.#working = null
    }
  }

  /** The store takes no more facts, so nothing more may be run: it would be lost. */
  #halt(thrown: unknown): void {
    const { store, bus } = this.#options
    const error = asStorageError(thrown, store.path)
    this.trouble = error instanceof Error ? error.message : String(error)
    try {
      interruptAll(store, Date.now())
    } catch {
      // Still no room for it, or no disk: `recover`, or the next start, sees to it.
    }
    bus.publish([...runEvents(this.#live), { type: 'engine' }])
  }
}
