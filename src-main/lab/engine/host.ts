import type { EngineEvent, Job } from '../../engine/protocol'
import type { Bus } from '../bus'
import { deferred } from '../threads/deferred'
import { exitText, startProcess, wasKilled, type EngineProcess } from './process'
import type { SpawnEngine, Timing } from '../options'

export const TIMING: Timing = { ready: 60_000, stop: 30_000, leave: 5_000, idle: 60_000 }

/** A stage whose process ended, or had to be ended, before it said how the stage ended. */
export interface Lost {
  cancelled: boolean
  /** For people, with the last lines that the process wrote. */
  error: string
  /** By the system or by hand. */
  killed: boolean
}
export type HostState = 'stopped' | 'starting' | 'idle' | 'running'

/** Supervises the process that runs stages: one process, one stage at a time, started when needed. */
export interface Host {
  readonly state: HostState
  /** Of its process; undefined while there is none. */
  readonly pid: number | undefined
  /**
   * Runs a stage to its end, whose events go to `onEvents`. Gives null when the engine said itself how it ended.
   * @throws what `onEvents` throws; the process is ended then
   */
  run(job: Job): Promise<Lost | null>
  /** When a stage that was asked to stop is ended, in ms of the wall clock; null while none was asked. */
  readonly forcedAt: number | null
  /**
   * Asks the stage to stop at its next step, and ends its process if it does not within `patience` milliseconds. Asked
   * again, the earlier of both ends counts.
   */
  cancel(key: string, patience: number): void
  /** Asks the stage to hold at its next step, or to go on. */
  pause(paused: boolean): void
  /** Ends the process; a stage must not be running. */
  stop(): void
}

interface HostOptions {
  spawn: SpawnEngine
  timing: Pick<Timing, 'ready' | 'idle'>
  /** Synchronous, so that the next batch waits until this one is stored. */
  onEvents: (events: EngineEvent[]) => void
  /** Hears when the engine is at something else. */
  bus: Bus
}

const ENDS: readonly string[] = ['done', 'cancelled', 'failed']

/** A stage that is being run. */
interface Current {
  key: string
  /** When its process is ended, as it was asked to stop; null while it was not. */
  forcedAt: number | null
  killTimer?: NodeJS.Timeout
  /** Hands over the engine's events. */
  hear: (events: EngineEvent[]) => void
  /** Whether its card failed: whatever that process computes on it afterwards fails, too. */
  broken: boolean
  /** Resolves with the engine's last word on the stage; rejects when its events cannot be handed over. */
  ended: Promise<null>
}

function listenTo(key: string, onEvents: (events: EngineEvent[]) => void): Current {
  const ended = deferred<null>()
  const hear = (events: EngineEvent[]) => {
    const ours = events.filter((event) => event.key === key)
    try {
      onEvents(ours)
    } catch (error) {
      ended.reject(error)
    }
    if (ours.some((event) => event.type === 'state' && event.state === 'failed' && event.cause === 'card'))
      current.broken = true
    if (ours.some((event) => event.type === 'state' && ENDS.includes(event.state))) ended.resolve(null)
  }
  const current: Current = { key, forcedAt: null, broken: false, hear, ended: ended.promise }
  return current
}

/** A host; no process is started before the first stage. */
export function createHost(options: HostOptions): Host {
  return new EngineHost(options)
}

class EngineHost implements Host {
  state: HostState = 'stopped'
  #process: EngineProcess | null = null
  #current: Current | null = null
  #idle: NodeJS.Timeout | undefined
  readonly #options: HostOptions

  constructor(options: HostOptions) {
    this.#options = options
  }

  async run(job: Job): Promise<Lost | null> {
    clearTimeout(this.#idle)
    const current = listenTo(job.stage.key, this.#options.onEvents)
    this.#current = current
    try {
      const lost = await this.#perform(job, current)
      if (current.broken) this.stop()
      return lost
    } catch (error) {
      this.stop()
      throw error
    } finally {
      this.#rest()
    }
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  get forcedAt(): number | null {
    return this.#current?.forcedAt ?? null
  }

  cancel(key: string, patience: number): void {
    const [current, live] = [this.#current, this.#process]
    const forcedAt = Date.now() + patience
    if (current?.key !== key || !live || (current.forcedAt !== null && current.forcedAt <= forcedAt)) return
    if (current.forcedAt === null) live.post({ type: 'cancel', key })
    current.forcedAt = forcedAt
    clearTimeout(current.killTimer)
    current.killTimer = setTimeout(() => live.kill(), patience)
    this.#options.bus.publish([{ type: 'engine' }])
  }

  pause(paused: boolean): void {
    this.#process?.post({ type: 'pause', paused })
  }

  stop(): void {
    const stopping = this.#process
    if (!stopping) return
    this.#forget(stopping)
    stopping.kill()
  }

  async #perform(job: Job, current: Current): Promise<Lost | null> {
    const live = this.#process ?? this.#start()
    const useless = await live.useless
    if (useless !== null) this.#forget(live)
    const isCancelled = () => current.forcedAt !== null
    if (useless !== null || isCancelled()) return { cancelled: isCancelled(), error: useless ?? '', killed: false }
    this.#enter('running')
    live.post({ type: 'run', job })
    const lost = live.exited.then((exit): Lost => ({
      ...{ cancelled: isCancelled(), error: exitText(exit) },
      killed: wasKilled(exit),
    }))
    return Promise.race([current.ended, lost])
  }

  #start(): EngineProcess {
    this.#enter('starting')
    const { spawn, timing } = this.#options
    const started = startProcess(spawn, timing.ready, (events) => {
      if (this.#process === started) this.#current?.hear(events)
    })
    void started.exited.then(() => this.#forget(started))
    this.#process = started
    return started
  }

  #forget(gone: EngineProcess): void {
    if (this.#process !== gone) return
    this.#process = null
    clearTimeout(this.#idle)
    if (!this.#current) this.#enter('stopped')
  }

  #rest(): void {
    clearTimeout(this.#current?.killTimer)
    this.#current = null
    if (this.#process) this.#idle = setTimeout(() => this.stop(), this.#options.timing.idle).unref()
    this.#enter(this.#process ? 'idle' : 'stopped')
  }

  #enter(next: HostState): void {
    if (this.state === next) return
    this.state = next
    this.#options.bus.publish([{ type: 'engine' }])
  }
}
