import type { EngineEvent, Job, Message } from '../engine/protocol'
import { deferred } from './deferred'
import type { EngineExit, EngineHandle, SpawnEngine, Timing } from './options'

export const TIMING: Timing = { ready: 60_000, cancel: 5_000, idle: 60_000 }

/** A stage whose process ended, or had to be ended, before it said how the stage ended. */
export interface Lost {
  cancelled: boolean
  /** For people, with the last lines that the process wrote. */
  error: string
}
export type HostState = 'stopped' | 'starting' | 'idle' | 'running'

/** Supervises the process that runs stages: one process, one stage at a time, started when needed. */
export interface Host {
  readonly state: HostState
  /**
   * Runs a stage to its end, whose events go to `onEvents`. Gives null when the engine said itself how it ended.
   * @throws what `onEvents` throws; the process is ended then
   */
  run(job: Job): Promise<Lost | null>
  /** Asks the stage to stop at its next step, and ends the process if it does not within the cancel timeout. */
  cancel(key: string): void
  /** Ends the process; a stage must not be running. */
  stop(): void
}

interface HostOptions {
  spawn: SpawnEngine
  timing: Timing
  /** Synchronous, so that the next batch waits until this one is stored. */
  onEvents: (events: EngineEvent[]) => void
  onState: () => void
}

/** One life of the process. */
interface Process {
  handle: EngineHandle
  ready: Promise<void>
  exited: Promise<EngineExit>
  idle?: NodeJS.Timeout
}
interface Current {
  key: string
  cancelling: boolean
  killTimer?: NodeJS.Timeout
  /** Hands over the engine's events; settles `ended` with the last one. */
  hear(events: EngineEvent[]): void
}

const ENDS: readonly string[] = ['done', 'cancelled', 'failed']

/** How a process ended, in words. */
export function exitText(exit: EngineExit): string {
  const how = exit.signal ? `signal ${exit.signal}` : `code ${exit.code ?? 'unknown'}`
  return [`The engine process ended unexpectedly (${how}).`, ...exit.stderr].join('\n')
}

/** A host; no process is started before the first stage. */
export function createHost({ spawn, timing, onEvents, onState }: HostOptions): Host {
  let process: Process | null = null
  let current: Current | null = null
  let state: HostState = 'stopped'

  function enter(next: HostState): void {
    if (state === next) return
    state = next
    onState()
  }

  function start(): Process {
    enter('starting')
    const ready = deferred<void>()
    const exited = deferred<EngineExit>()
    const handle = spawn(
      (message: Message) => {
        if (message.type === 'ready') ready.resolve()
        else if (message.type === 'events' && process === started) current?.hear(message.events)
      },
      (exit) => {
        clearTimeout(started.idle)
        if (process === started) {
          process = null
          if (!current) enter('stopped')
        }
        exited.resolve(exit)
      },
    )
    const started: Process = { handle, ready: ready.promise, exited: exited.promise }
    process = started
    return started
  }

  /** Gives why the process is of no use, or null when it is ready. */
  async function untilReady(starting: Process): Promise<string | null> {
    const late = deferred<string>()
    const timer = setTimeout(() => {
      stop(starting)
      late.resolve(`The engine process did not start within ${timing.ready / 1000} s.`)
    }, timing.ready)
    const died = starting.exited.then(exitText)
    return Promise.race([starting.ready.then(() => null), died, late.promise]).finally(() => clearTimeout(timer))
  }

  async function perform(job: Job): Promise<Lost | null> {
    const key = job.stage.key
    const ended = deferred<null>()
    const hear = (events: EngineEvent[]) => {
      const ours = events.filter((event) => event.key === key)
      try {
        onEvents(ours)
      } catch (error) {
        ended.reject(error)
      }
      if (ours.some((event) => event.type === 'state' && ENDS.includes(event.state))) ended.resolve(null)
    }
    current = { key, cancelling: false, hear }
    const mine = current
    const live = process ?? start()
    clearTimeout(live.idle)
    const useless = await untilReady(live)
    if (useless !== null || mine.cancelling) return { cancelled: mine.cancelling, error: useless ?? '' }
    enter('running')
    live.handle.post({ type: 'run', job })
    const lost = live.exited.then((exit): Lost => ({ cancelled: mine.cancelling, error: exitText(exit) }))
    return Promise.race([ended.promise, lost])
  }

  function rest(): void {
    clearTimeout(current?.killTimer)
    current = null
    if (!process) return enter('stopped')
    const resting = process
    resting.idle = setTimeout(() => stop(resting), timing.idle)
    resting.idle.unref()
    enter('idle')
  }

  function stop(of: Process): void {
    clearTimeout(of.idle)
    if (process === of) process = null
    of.handle.kill()
    enter('stopped')
  }

  return {
    get state() {
      return state
    },
    async run(job) {
      try {
        return await perform(job)
      } catch (error) {
        if (process) stop(process)
        throw error
      } finally {
        rest()
      }
    },
    cancel(key) {
      const stopping = current
      if (stopping?.key !== key || stopping.cancelling || !process) return
      const { handle } = process
      stopping.cancelling = true
      handle.post({ type: 'cancel', key })
      stopping.killTimer = setTimeout(() => handle.kill(), timing.cancel)
    },
    stop() {
      if (process) stop(process)
    },
  }
}
