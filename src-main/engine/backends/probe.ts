import { fork } from 'node:child_process'
import type { BackendReport, Message } from '../protocol'
import { backendKind, type BackendId } from '../../science/backends'
import { seeing } from '../../data/machine/cards'
import { unloadable, type Prober } from './trial'

/** A backend that has not come up by then never will. */
const PATIENCE = 60_000

/** The argument that makes an engine process try one backend, report and end. */
export const PROBE = '--probe='
const TIMED = ':timed'

/** What a process was started to try, if it was. */
export function probeOf(argv: string[]): { id: BackendId; timed: boolean } | null {
  const argument = argv.find((a) => a.startsWith(PROBE))?.slice(PROBE.length)
  if (argument === undefined) return null
  return { id: argument.replace(TIMED, '') as BackendId, timed: argument.endsWith(TIMED) }
}

/**
 * Tries backends each in an engine process of its own: what a native library does to that one is reported, not suffered.
 * @param entry path of the engine's built entry
 * @param patience milliseconds that one may take: a driver that hangs never answers
 */
export function createProber(entry: string, patience = PATIENCE): Prober {
  return (id, timed, card) =>
    new Promise((resolve) => {
      const child = fork(entry, [`${PROBE}${id}${timed ? TIMED : ''}`], {
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        // In Electron the executable is Electron's own; this makes it behave as Node.
        env: { ...process.env, ...seeing(card), ELECTRON_RUN_AS_NODE: '1' },
      })
      let report: BackendReport | undefined
      let stderr = ''
      let late = false
      const timer = setTimeout(() => {
        late = true
        child.kill('SIGKILL')
      }, patience)
      child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (stderr = (stderr + chunk).slice(-2000)))
      child.on('message', (message: Message) => {
        if (message.type === 'report') report = message.backends[0]
      })
      child.on('error', (error) =>
        resolve(unloadable(id, `${backendKind(id).title} could not be tried: ${error.message}`)),
      )
      child.on('close', (code, signal) => {
        clearTimeout(timer)
        const death = late ? lateOf(id, patience) : deathOf(code, signal, stderr)
        resolve(report ?? unloadable(id, `${backendKind(id).title} ${death}`))
      })
    })
}

function lateOf(id: BackendId, patience: number): string {
  const mend = backendKind(id).gpu?.alone ? ' Its driver hangs: `sudo reboot` ends that.' : ''
  return `did not answer within ${patience / 1000} s.${mend}`
}

function deathOf(code: number | null, signal: string | null, stderr: string): string {
  const last = stderr.trim().split('\n').slice(-3).join(' ')
  return `ended the process that tried it (${signal ?? `exit code ${code}`}). ${last}`.trim()
}
