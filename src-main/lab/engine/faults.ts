import type { EngineEvent } from '../../engine/protocol'

/** Backends whose card failed at work, each with what was said of it. */
export interface Faults {
  /** Hears how stages fare; `card`: the one of several that they see alone, by its uuid. An only one that works again is sound. */
  hear(events: readonly EngineEvent[], card: string | null): void
  of(backend: string): string | undefined
  /** What was said of a card, '' being the uuid of an only one. */
  ofCard(uuid: string): string | undefined
  /** They were examined. */
  clear(): void
}

const ONLY = ''

/** None yet. */
export function createFaults(): Faults {
  const at = new Map<string, string>()
  const faults = new Map<string, string>()
  const cards = new Map<string, string>()
  return {
    hear(events, card) {
      for (const event of events) {
        if (event.type !== 'state') continue
        if (event.state === 'running') at.set(event.key, event.backend)
        else {
          const backend = at.get(event.key)
          at.delete(event.key)
          if (!backend) continue
          if (event.state === 'done' && card === null && faults.delete(backend)) cards.delete(ONLY)
          if (event.state !== 'failed' || event.cause !== 'card') continue
          faults.set(backend, event.error)
          cards.set(card ?? ONLY, event.error)
        }
      }
    },
    of: (backend) => faults.get(backend),
    ofCard: (uuid) => cards.get(uuid),
    clear() {
      faults.clear()
      cards.clear()
    },
  }
}
