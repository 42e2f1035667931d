import type { EngineEvent } from '../../engine/protocol'

/** Backends whose card failed at work, each with what was said of it. */
export interface Faults {
  /** Hears how stages fare. */
  hear(events: readonly EngineEvent[]): void
  of(backend: string): string | undefined
  /** They were examined. */
  clear(): void
}

/** None yet. */
export function createFaults(): Faults {
  const at = new Map<string, string>()
  const faults = new Map<string, string>()
  return {
    hear(events: readonly EngineEvent[]) {
      for (const event of events) {
        if (event.type !== 'state') continue
        if (event.state === 'running') at.set(event.key, event.backend)
        else {
          const backend = at.get(event.key)
          at.delete(event.key)
          if (event.state === 'failed' && event.cause === 'card' && backend) faults.set(backend, event.error)
        }
      }
    },
    of: (backend: string) => faults.get(backend),
    clear: () => faults.clear(),
  }
}
