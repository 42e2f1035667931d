/** How far something is: `done` of `total` of the phase. */
export interface Progress {
  phase: string
  done: number
  total: number
}

/** Passes on every new phase at once, and how far it is at most every `interval` milliseconds, the last word included. */
export function throttled(send: (progress: Progress) => void, interval: number) {
  let phase = ''
  let waiting: Progress | null = null
  let timer: NodeJS.Timeout | null = null
  function pass(progress: Progress): void {
    waiting = null
    phase = progress.phase
    send(progress)
    timer ??= setTimeout(() => {
      timer = null
      if (waiting) pass(waiting)
    }, interval)
  }
  return {
    report(progress: Progress): void {
      if (timer && progress.phase === phase) waiting = progress
      else pass(progress)
    },
    /** Nothing is passed on any more. */
    end: () => void (timer && clearTimeout(timer)),
  }
}
