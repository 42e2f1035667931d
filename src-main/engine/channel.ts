import type { Message, Request } from './protocol'

/** The line between the engine process and its host; the same for Electron's utility process and a forked child. */
export interface Channel {
  /** Hands a message over; resolves once it has left this process. */
  post(message: Message): Promise<void>
  onRequest(listener: (request: Request) => void): void
  /** The host is gone: nobody will hear us any more. */
  onClose(listener: () => void): void
}

/** What Electron puts on `process` in a utility process; the engine imports no Electron types. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): void
  on(event: 'close', listener: () => void): void
}

function overParentPort(port: ParentPort): Channel {
  return {
    post(message) {
      port.postMessage(message)
      // The port has no delivery callback; what is posted leaves with the next turn of the event loop.
      return new Promise((resolve) => setImmediate(resolve))
    },
    onRequest(listener) {
      port.on('message', (event) => listener(event.data as Request))
    },
    onClose(listener) {
      port.on('close', listener)
    },
  }
}

function overChildProcess(): Channel {
  return {
    post(message) {
      // A failed send means that the host is gone; `disconnect` tells that, so it is no error of its own.
      return new Promise((resolve) => process.send?.(message, () => resolve()))
    },
    onRequest(listener) {
      process.on('message', (message) => listener(message as Request))
    },
    onClose(listener) {
      process.on('disconnect', listener)
    },
  }
}

/**
 * Opens the channel of this process: `process.parentPort` (utility process), else Node's own IPC (fork with
 * `serialization: 'advanced'`, so that typed arrays arrive as such).
 * @throws Error when the process was started by hand
 */
export function openChannel(): Channel {
  const port = (process as unknown as { parentPort?: ParentPort }).parentPort
  if (port) return overParentPort(port)
  if (process.send) return overChildProcess()
  throw new Error('The engine is started by the app or by `npm run w2s`, not by hand: it has no host to talk to.')
}
