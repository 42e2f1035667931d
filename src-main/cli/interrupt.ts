/**
 * Calls `first` when the user asks to stop (Ctrl+C, or the system ends the session), and `second` when they insist.
 * @returns the function that gives the signals back
 */
export function onInterrupt(first: () => void, second: () => void): () => void {
  let times = 0
  const hear = () => {
    times += 1
    if (times === 1) first()
    else second()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, hear)
  return () => signals.forEach((signal) => process.off(signal, hear))
}
