/** Times one piece of work after the other by a clock that nobody sets; pauses are left out. */
export interface Stopwatch {
  /** Begins anew, at nothing. */
  start(): void
  /** Stands still until `go`. */
  hold(): void
  go(): void
  /** Milliseconds of work since `start`. */
  read: () => number
}

/** @param now milliseconds of a clock that only goes forward */
export function createStopwatch(now: () => number = () => performance.now()): Stopwatch {
  let worked = 0
  let since = now()
  let held = false
  const read = () => worked + (held ? 0 : now() - since)
  return {
    start() {
      worked = 0
      since = now()
    },
    hold() {
      worked = read()
      held = true
    },
    go() {
      if (held) since = now()
      held = false
    },
    read,
  }
}
