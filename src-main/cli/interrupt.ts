import { EXIT, type ExitCode } from './errors'
import type { Output } from './output'

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

/** What a command says whose work was stopped before it had a document of its own. */
export function interrupted(command: string, out: Output): ExitCode {
  const error = { code: 'interrupted', message: 'Stopped by Ctrl+C.', problems: [] }
  out.status('')
  out.document({ command, ok: false, error })
  return EXIT.interrupted
}
