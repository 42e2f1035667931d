import type { EngineEvent, Message, Request } from '../../engine/protocol'
import { deferred } from '../threads/deferred'
import type { EngineExit, SpawnEngine } from '../options'

/** One life of the process that runs stages. */
export interface EngineProcess {
  /** Null once it is ready, else why it is of no use. */
  readonly useless: Promise<string | null>
  readonly exited: Promise<EngineExit>
  /** Known once it runs. */
  readonly pid: number | undefined
  post(request: Request): void
  kill(): void
}

/**
 * Starts the process; one that is not ready within `patience` milliseconds is killed.
 * @param onEvents gets what it says about stages
 */
export function startProcess(
  spawn: SpawnEngine,
  patience: number,
  onEvents: (events: EngineEvent[]) => void,
): EngineProcess {
  const useless = deferred<string | null>()
  const exited = deferred<EngineExit>()
  const handle = spawn(
    (message: Message) => {
      if (message.type === 'ready') useless.resolve(null)
      else if (message.type === 'events') onEvents(message.events)
    },
    (exit) => {
      useless.resolve(exitText(exit))
      exited.resolve(exit)
    },
  )
  const timer = setTimeout(() => {
    useless.resolve(`The engine process did not start within ${patience / 1000} s.`)
    handle.kill()
  }, patience)
  void useless.promise.then(() => clearTimeout(timer))
  return {
    useless: useless.promise,
    exited: exited.promise,
    get pid() {
      return handle.pid
    },
    post: (request) => handle.post(request),
    kill: () => handle.kill(),
  }
}

/** What the system says of a process that something killed: by signal 9, told as such or in the code. */
const KILLED = ['signal SIGKILL', 'code 9', 'code 137']
const MEMORY =
  ' Systems do so when memory runs out; if nobody ended it by hand, a smaller batch, fewer tokens or training the last blocks alone may fit.'

const howOf = ({ signal, code }: EngineExit) => (signal ? `signal ${signal}` : `code ${code ?? 'unknown'}`)

/** Whether something killed a process. */
export const wasKilled = (exit: EngineExit): boolean => KILLED.includes(howOf(exit))

/** How a process ended, in words. */
export function exitText(exit: EngineExit): string {
  const said = wasKilled(exit)
    ? `The engine process was killed (signal 9).${MEMORY}`
    : `The engine process ended unexpectedly (${howOf(exit)}).`
  return [said, ...exit.stderr].join('\n')
}
