import type { ModelProgress } from '../../../src-preload/contract'

/** Passes on every new phase at once, and how far it is at most every `interval` milliseconds, the last word included. */
export function throttled(send: (progress: ModelProgress) => void, interval: number) {
  let phase = ''
  let waiting: ModelProgress | null = null
  let timer: NodeJS.Timeout | null = null
  function pass(progress: ModelProgress): void {
    waiting = null
    phase = progress.phase
    send(progress)
    timer ??= setTimeout(() => {
      timer = null
      if (waiting) pass(waiting)
    }, interval)
  }
  return {
    report(progress: ModelProgress): void {
      if (timer && progress.phase === phase) waiting = progress
      else pass(progress)
    },
    /** Nothing is passed on any more. */
    end: () => void (timer && clearTimeout(timer)),
  }
}
