import { EXIT, type ExitCode } from './exit'
import type { Output } from './output'

/** Ctrl+C, the system's wish that we end, the terminal's end. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

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
  for (const signal of SIGNALS) process.on(signal, hear)
  return () => SIGNALS.forEach((signal) => process.off(signal, hear))
}

/** From now on an interrupt is answered also while no command listens for it: before one begins, and of those that never do. */
export function answerInterrupts(leave: () => void): void {
  for (const signal of SIGNALS)
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) leave()
    })
}

/** What a command says whose work was stopped before it had a document of its own. */
export function interrupted(command: string | null, out: Output): ExitCode {
  const error = { code: 'interrupted', message: 'Stopped by Ctrl+C.', problems: [] }
  out.status('')
  out.document({ command, ok: false, error })
  return EXIT.interrupted
}
