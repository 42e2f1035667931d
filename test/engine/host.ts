import { fork, type ChildProcess } from 'node:child_process'
import type { EngineEvent, Job, Message, Request } from '../../src-main/engine/protocol'

/** A test's side of the line to a real engine process. */
export interface Host {
  child: ChildProcess
  post(request: Request): void
  /** Every message so far. */
  messages: Message[]
  /** All events so far, in order. */
  events(): EngineEvent[]
  /** The first message that fits, of those that came or will come. Rejects when the process ends before. */
  message<M extends Message>(fits: (message: Message) => message is M): Promise<M>
  /** The first event that fits, likewise. */
  event(fits: (event: EngineEvent) => boolean): Promise<EngineEvent>
  /** Runs a job to its last state. */
  run(job: Job): Promise<Extract<EngineEvent, { type: 'state' }>>
  exited: Promise<{ code: number | null; signal: string | null; stderr: string }>
}

/** Starts the built engine as the command line does; `execArgv` are options of Node. */
export function startEngine(entry: string, args: string[] = [], execArgv: string[] = []): Host {
  const stdio = ['ignore', 'ignore', 'pipe', 'ipc'] as const
  const child = fork(entry, args, { execArgv, serialization: 'advanced', stdio: [...stdio] })
  const messages: Message[] = []
  const watchers = new Set<() => void>()
  let ended = false
  let stderr = ''
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  const poke = () => [...watchers].forEach((watch) => watch())
  child.on('message', (message) => {
    messages.push(message as Message)
    poke()
  })
  const exited = new Promise<Awaited<Host['exited']>>((resolve) =>
    child.on('close', (code, signal) => {
      ended = true
      resolve({ code, signal, stderr })
      poke()
    }),
  )
  const events = () => messages.flatMap((m) => (m.type === 'events' ? m.events : []))
  function first<T>(find: () => T | undefined, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const watch = () => {
        const found = find()
        if (found !== undefined) resolve(found)
        else if (ended) reject(new Error(`The engine ended before ${what}.\n${stderr}`))
        else return
        watchers.delete(watch)
      }
      watchers.add(watch)
      watch()
    })
  }
  const post = (request: Request) => void child.send(request, () => undefined)
  const isEnd = (key: string) => (e: EngineEvent) => e.type === 'state' && e.key === key && e.state !== 'running'
  return {
    child,
    messages,
    events,
    post,
    exited,
    message: (fits) => first(() => messages.find(fits), 'the message came'),
    event: (fits) => first(() => events().find(fits), 'the event came'),
    run(job) {
      const seen = events().filter(isEnd(job.stage.key)).length
      post({ type: 'run', job })
      return first(
        () => events().filter(isEnd(job.stage.key))[seen] as Extract<EngineEvent, { type: 'state' }> | undefined,
        'the stage ended',
      )
    },
  }
}
