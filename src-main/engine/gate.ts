/** Where work is held while it is paused. */
export interface Gate {
  close(): void
  open(): void
  /** Resolves while the gate is open; a held caller goes on when `wake` is called and `enough` holds. */
  passed(enough: () => boolean): Promise<void>
  /** Held callers look again whether it is enough. */
  wake(): void
  readonly closed: boolean
  /** Milliseconds on a clock that stands still while a caller is held. */
  worked(): number
}

/** An open gate. */
export function createGate(): Gate {
  let closed = false
  let held = 0
  const waiting: (() => void)[] = []
  const wake = () => {
    for (const resolve of waiting.splice(0)) resolve()
  }
  return {
    close() {
      closed = true
    },
    open() {
      closed = false
      wake()
    },
    get closed() {
      return closed
    },
    wake,
    async passed(enough) {
      const since = performance.now()
      while (closed && !enough()) await new Promise<void>((resolve) => waiting.push(resolve))
      held += performance.now() - since
    },
    worked: () => performance.now() - held,
  }
}
