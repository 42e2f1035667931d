import type { EngineEvent } from './protocol'

/** Milliseconds between batches: often enough for a live chart, seldom enough to cost nothing. */
const INTERVAL = 100

/** Collects events and hands them on in order: in batches, at once with every `state`. */
export interface Emitter {
  emit(event: EngineEvent): void
  /** Hands over what is waiting; resolves once it has left this process. */
  flush(): Promise<void>
}

/** An emitter over a function that delivers one batch. */
export function createEmitter(deliver: (events: EngineEvent[]) => Promise<void>): Emitter {
  let waiting: EngineEvent[] = []
  let timer: NodeJS.Timeout | undefined

  async function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    const batch = waiting
    waiting = []
    await deliver(batch)
  }
  return {
    emit(event) {
      waiting.push(event)
      if (event.type === 'state') void flush()
      else timer ??= setTimeout(() => void flush(), INTERVAL)
    },
    flush,
  }
}
