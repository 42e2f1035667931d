import type { StageContext } from './stages/stage'

/** Least milliseconds between two reports. */
const INTERVAL = 100

/** Reports how far a stage is, with the time it will still take. */
export interface Progress {
  /** `done` of `total` units; swallowed when the last report is fresh, unless it is the end. */
  report(done: number): void
}

/** The time left is the time so far in proportion; null until there is something to go by. */
export function createProgress(emit: StageContext['emit'], total: number, unit: string): Progress {
  const start = performance.now()
  let last = -Infinity
  return {
    report(done) {
      const now = performance.now()
      if (now - last < INTERVAL && done < total) return
      last = now
      const elapsed = (now - start) / 1000
      const etaSeconds = done > 0 && elapsed > 0.2 ? (elapsed * (total - done)) / done : null
      emit({ type: 'progress', done, total, unit, etaSeconds })
    },
  }
}
