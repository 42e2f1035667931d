import type { StageContext } from './context'

/** Least milliseconds between two reports. */
const INTERVAL = 100

/** What a stage has to do: `total` units for people, and `work` in whatever goes by at an even pace. */
export interface Task {
  total: number
  unit: string
  /** Default: `total`. */
  work?: number
  /** Of the work what was done before, in an earlier process; default none. */
  begun?: number
}
/** Reports how far a stage is, with the time it will still take. */
export interface Progress {
  /**
   * `done` units and `work` (default: as much) are done, `phase` is at hand. Swallowed when the last report is fresh,
   * unless it is the end.
   */
  report(done: number, more?: { work: number; phase: string }): void
  /** The work breaks off here: how far it came is told, however fresh the last report is. */
  breakOff(done: number, work?: number): void
}

/** The time left is the time so far, pauses left out, in proportion to the work; null until there is something to go by. */
export function createProgress({ emit, worked }: Pick<StageContext, 'emit' | 'worked'>, task: Task): Progress {
  const start = worked()
  let last = -Infinity
  const begun = (task.begun ?? 0) / (task.work ?? task.total)
  const shareOf = (work: number) => work / (task.work ?? task.total)
  const tell = (done: number, share: number, phase: string, etaSeconds: number | null) =>
    emit({ type: 'progress', done, total: task.total, unit: task.unit, share, phase, etaSeconds })
  return {
    breakOff: (done, work = done) => tell(done, shareOf(work), '', null),
    report(done, { work, phase } = { work: done, phase: '' }) {
      const now = performance.now()
      const share = shareOf(work)
      if (now - last < INTERVAL && share < 1) return
      last = now
      const elapsed = (worked() - start) / 1000
      const etaSeconds = share > begun && elapsed > 0.2 ? (elapsed * (1 - share)) / (share - begun) : null
      tell(done, share, phase, etaSeconds)
    },
  }
}
