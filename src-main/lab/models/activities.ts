import type { ModelEntry } from '../../../src-preload/contract'
import type { Bus } from '../bus'
import { LabError } from '../errors'
import type { Task } from '../threads/thread'
import { createEta } from './eta'

interface Activity {
  stop: AbortController
  now: NonNullable<ModelEntry['activity']>
  ended: Promise<unknown>
}

/** What is being done with models: one thing at a time with each, told on the bus, and stoppable. */
export class Activities {
  readonly #open = new Map<string, Activity>()
  readonly #bus: Bus

  constructor(bus: Bus) {
    this.#bus = bus
  }

  /** How far what is being done with a model is; null when that is nothing. */
  of(id: string): Activity['now'] | null {
    return this.#open.get(id)?.now ?? null
  }

  stop(id: string): void {
    this.#open.get(id)?.stop.abort()
  }

  /** Stops everything; gives what is left to wait for. */
  stopAll(): Promise<unknown>[] {
    const open = [...this.#open.values()]
    for (const { stop } of open) stop.abort()
    return open.map(({ ended }) => ended)
  }

  /** Does something with a model; null when that was stopped. @throws LabError `conflict` while something is being done */
  begin<T>(id: string, phase: string, work: (task: Task) => Promise<T>): Promise<T | null> {
    if (this.#open.has(id))
      throw new LabError('conflict', `${id}: something is being done with it already. Wait for that, or stop it.`)
    const start = { stop: new AbortController(), now: { phase, done: 0, total: 0, etaSeconds: null } }
    const ended = this.#tracked(id, start, work)
    this.#open.set(id, { ...start, ended })
    this.#tell(id, start.now)
    return ended
  }

  async #tracked<T>(id: string, { stop, now }: Omit<Activity, 'ended'>, work: (task: Task) => Promise<T>) {
    const eta = createEta()
    const onProgress: Task['onProgress'] = (progress) => {
      Object.assign(now, progress, { etaSeconds: eta(progress) })
      this.#tell(id, now)
    }
    try {
      const value = await work({ signal: stop.signal, onProgress })
      this.#open.delete(id)
      this.#tell(id, now, true)
      return value
    } catch (error) {
      this.#open.delete(id)
      const stopped = stop.signal.aborted
      this.#tell(id, now, true, stopped ? '' : error instanceof Error ? error.message : String(error))
      if (stopped) return null
      throw error
    }
  }

  #tell(id: string, now: Activity['now'], finished = false, error = ''): void {
    this.#bus.publish([{ type: 'model', id, ...now, finished, error }])
  }
}
