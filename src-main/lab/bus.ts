import type { LabEvent } from '../../src-preload/contract'

/** Hands facts to whoever listens; nothing is published before it is stored. */
export interface Bus {
  publish(events: LabEvent[]): void
  subscribe: (listener: (events: LabEvent[]) => void) => () => void
}

/** A bus whose listeners cannot hurt the publisher or each other. */
export function createBus(): Bus {
  const listeners = new Set<(events: LabEvent[]) => void>()
  return {
    publish(events) {
      if (events.length === 0) return
      for (const listener of [...listeners]) {
        try {
          listener(events)
        } catch (error) {
          console.error(error)
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
