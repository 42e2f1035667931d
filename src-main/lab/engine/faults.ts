import type { EngineEvent } from '../../engine/protocol'

/** Backends whose card failed at work, each with what was said of it, and cards that ran out of memory. */
export interface Faults {
  /**
   * Hears how stages fare. An only card that works again is sound.
   * @param card the one of several that they see alone, by its uuid
   * @param need bytes that the stage at work was expected to take of it
   */
  hear(events: readonly EngineEvent[], card: string | null, need: number): void
  of(backend: string): string | undefined
  /**
   * Of a card, '' being the uuid of an only one: what was said of one that failed, else ''; the smallest need that one of several
   * had no memory for, else Infinity.
   */
  ofCard(uuid: string): { fault: string; lacked: number }
  /** They were examined. */
  clear(): void
}

const ONLY = ''

/** None yet. */
export function createFaults(): Faults {
  const at = new Map<string, string>()
  const faults = new Map<string, string>()
  const cards = new Map<string, string>()
  const lacks = new Map<string, number>()
  const lacked = (uuid: string) => lacks.get(uuid) ?? Infinity
  return {
    hear(events, card, need) {
      for (const event of events) {
        if (event.type !== 'state') continue
        if (event.state === 'running') at.set(event.key, event.backend)
        else {
          const backend = at.get(event.key)
          at.delete(event.key)
          if (!backend) continue
          if (event.state === 'done' && card === null && faults.delete(backend)) cards.delete(ONLY)
          if (event.state !== 'failed') continue
          if (event.cause === 'memory' && card !== null) lacks.set(card, Math.min(need, lacked(card)))
          if (event.cause !== 'card') continue
          faults.set(backend, event.error)
          cards.set(card ?? ONLY, event.error)
        }
      }
    },
    of: (backend) => faults.get(backend),
    ofCard: (uuid) => ({ fault: cards.get(uuid) ?? '', lacked: lacked(uuid) }),
    clear() {
      faults.clear()
      cards.clear()
      lacks.clear()
    },
  }
}
