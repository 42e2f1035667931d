import type { Pause } from '../../../src-preload/contract'
import { asStorageError, type StageRow } from '../../store'
import type { Timing } from '../options'
import type { Backends } from '../engine/backends'
import type { Lane } from './lane'
import { interruptAll } from './lifecycle'
import { isForCard } from './places'
import { runEvents } from './recorder'
import { runStage, type RunnerOptions } from './stage'

/** Runs the stages that live runs want, in the order of the queue: each lane one after the other. */
export interface Queue {
  /** Looks for work; call it whenever there may be some. */
  wake(): void
  /** Stops the running stages that no live run wants any more. */
  stopUnwanted(): void
  /** Ends a stage that is being stopped without waiting any longer; nothing of any other. */
  force(key: string): void
  /** Where nothing is at work a pause after that is on at once. */
  pause(pause: Pause): void
  readonly paused: Pause
  /** Why nothing is run any more, for people; '' while all is well. */
  readonly trouble: string
  /**
   * Tries to go on after trouble; what was running then stands as interrupted.
   * @throws StorageError when the trouble is still there
   */
  recover(): void
  /** Stops what runs (within the patience for closing) and starts nothing more; live runs are left interrupted. */
  close(): Promise<void>
}

export interface QueueOptions extends RunnerOptions {
  backends: Pick<Backends, 'known' | 'findCards'>
  timing: Pick<Timing, 'stop' | 'leave'>
}

/** Of stages that are ready. */
const ALL = -1

/** A queue that sleeps until it is woken. */
export function createQueue(options: QueueOptions): Queue {
  return new StageQueue(options)
}

class StageQueue implements Queue {
  trouble = ''
  #closed = false
  /** The live runs, as last read: a store that fails cannot be asked for them any more. */
  #live: string[] = []
  #pause: Pause = 'off'
  /** How often there may have been something new. */
  #wakes = 0
  /** When the pause came on, by the clock that nobody sets. */
  #pausedAt = 0
  readonly #options: QueueOptions

  constructor(options: QueueOptions) {
    this.#options = options
  }

  wake(): void {
    this.#wakes++
    for (const lane of this.#options.places.wanted())
      if (!lane.working && this.#mayBegin) lane.working = Promise.resolve().then(() => this.#work(lane))
  }

  stopUnwanted(): void {
    const { store, places, timing } = this.#options
    for (const { current, host } of places.lanes)
      if (current && !store.stages.isWanted(current.id)) host.cancel(current.key, timing.stop)
  }

  force(key: string): void {
    for (const { host } of this.#options.places.lanes) if (host.forcedAt !== null) host.cancel(key, 0)
  }

  get paused(): Pause {
    return this.#pause
  }

  pause(wanted: Pause): void {
    const isAtWork = this.#options.places.lanes.some(({ current }) => current)
    const next = wanted === 'after' && !isAtWork ? 'on' : wanted
    if (next === this.#pause) return
    if (next === 'on') this.#hold()
    else if (this.#pause === 'on') this.#letGo()
    this.#pause = next
    this.#options.bus.publish([{ type: 'engine' }])
    this.wake()
  }

  recover(): void {
    if (this.trouble === '') return
    interruptAll(this.#options.store, Date.now())
    this.trouble = ''
  }

  async close(): Promise<void> {
    const { store, places, recorder, timing } = this.#options
    const { lanes } = places
    this.#closed = true
    recorder.leaving()
    for (const { current, host } of lanes) if (current) host.cancel(current.key, timing.leave)
    await Promise.all(lanes.flatMap(({ working }) => working ?? []))
    for (const { host } of lanes) host.stop()
    // Where the store takes nothing any more, the next start sees to it.
    if (this.trouble === '') interruptAll(store, Date.now())
  }

  get #mayBegin(): boolean {
    return !this.#closed && this.trouble === '' && this.#pause === 'off'
  }

  #hold(): void {
    this.#pausedAt = performance.now()
    for (const { watch, host } of this.#options.places.lanes) {
      watch.hold()
      host.pause(true)
    }
  }

  #letGo(): void {
    const { store, places } = this.#options
    for (const { current, watch, host } of places.lanes) {
      // A stage at work has been there since before the pause: none begins in it.
      if (current) store.stages.addPause(current.id, performance.now() - this.#pausedAt)
      watch.go()
      host.pause(false)
    }
  }

  async #work(lane: Lane): Promise<void> {
    const { store } = this.#options
    try {
      for (let row = await this.#next(lane); row; row = await this.#next(lane)) {
        this.#live = store.runs.live()
        await runStage(this.#options, lane, row)
        // What it made may be all that another lane waited for.
        this.wake()
      }
    } catch (error) {
      this.#halt(error)
    } finally {
      lane.current = null
      lane.working = null
      if (this.#pause === 'after') this.pause('after')
    }
  }

  /** The stage that a lane takes now, if any: its own from then on. */
  async #next(lane: Lane): Promise<StageRow | null> {
    const { store, places } = this.#options
    lane.current = null
    lane.taken = 0
    for (;;) {
      if (!this.#mayTake(lane)) return null
      const wakes = this.#wakes
      await this.#findCards()
      // Others take stages while one is chosen: nothing is taken that does not wait any more.
      const row = await places.choose(lane, store.stages.ready(places.weighs ? ALL : places.lanes.length))
      const isFree = row && !places.lanes.some(({ current }) => current?.key === row.key)
      if (isFree && this.#mayTake(lane) && store.stages.byKey(row.key)?.state === 'waiting') return (lane.current = row)
      if (!row && wakes === this.#wakes) return null
    }
  }

  #mayTake(lane: Lane): boolean {
    return this.#mayBegin && this.#options.places.wanted().includes(lane)
  }

  /** Before the first stage for a card that was planned before this process began. */
  async #findCards(): Promise<void> {
    const { store, places, backends } = this.#options
    const [first] = places.several ? [] : store.stages.ready(1)
    if (!first || !isForCard(first)) return
    await backends.findCards()
    if (places.several) this.wake()
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
