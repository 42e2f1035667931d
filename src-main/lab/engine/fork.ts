import { fork } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { Message } from '../../engine/protocol'
import type { SpawnEngine } from '../options'

const LINES = 20

/** Keeps the last lines of a process' stderr, for the message when it dies. */
export function lastLines(stream: Readable | null): () => string[] {
  let text = ''
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk)
      .split('\n')
      .slice(-LINES - 1)
      .join('\n')
  })
  return () => text.split('\n').filter((line) => line.trim() !== '')
}

/** The engine as a child process of Node: for the command line and the tests. `entry` is the built `engine.js`. */
export function forkEngine(entry: string, args: string[] = []): SpawnEngine {
  return (onMessage, onExit, env) => {
    const stdio: ['ignore', 'ignore', 'pipe', 'ipc'] = ['ignore', 'ignore', 'pipe', 'ipc']
    const child = fork(entry, args, { serialization: 'advanced', stdio, env: { ...process.env, ...env } })
    const stderr = lastLines(child.stderr)
    let ended = false
    const end = (code: number | null, signal: string | null, more: string[] = []) => {
      if (ended) return
      ended = true
      onExit({ code, signal, stderr: [...stderr(), ...more] })
    }
    child.on('message', (message) => onMessage(message as Message))
    // `close` comes after the last of stderr was read, `exit` need not.
    child.on('close', end)
    child.on('error', (error) => end(null, null, [error.message]))
    return {
      pid: child.pid,
      // A process that is gone answers by its exit.
      post: (request) => void child.send(request, () => undefined),
      kill: () => void child.kill('SIGKILL'),
    }
  }
}
