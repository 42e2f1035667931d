import { Worker } from 'node:worker_threads'
import { createModels, type ModelsOptions, type Task } from '../../data/models'
import { deferred, type Deferred } from '../deferred'
import { LabError } from '../errors'
import { perform, type Answers, type Asked, type Told, type Work } from './work'

/** Fetches, reads and checks models: seconds of parsing and hashing that must not hold up the thread of the window. */
export interface Librarian {
  /** @throws LabError, or the errors of the data; when `signal` is aborted, any error */
  ask<T extends Work['type']>(work: Work & { type: T }, task?: Task): Promise<Answers[T]>
  close(): Promise<void>
}

/** @param script the built `librarian.js`; its thread is started by the first question. Without it this thread answers. */
export function createLibrarian(options: ModelsOptions, script: string | undefined): Librarian {
  return script === undefined ? inThisThread(options) : inWorker(options, script)
}

function inThisThread(options: ModelsOptions): Librarian {
  const models = createModels(options)
  return {
    ask: async <T extends Work['type']>(work: Work & { type: T }, task: Task = {}) =>
      (await perform(models, work, task)) as Answers[T],
    close: () => Promise.resolve(),
  }
}

interface Open extends Deferred<unknown> {
  task: Task
}

function inWorker(options: ModelsOptions, script: string): Librarian {
  const open = new Map<number, Open>()
  let worker: Worker | null = null
  let asked = 0

  function hear(told: Told): void {
    const waiting = open.get(told.id)
    if ('progress' in told) return waiting?.task.onProgress?.(told.progress)
    open.delete(told.id)
    if ('value' in told) waiting?.resolve(told.value)
    else waiting?.reject(new LabError(told.failure.code, told.failure.message))
  }
  function start(): Worker {
    const started = new Worker(script, { workerData: options })
    let why = 'The thread that looks after the models ended.'
    started.on('message', hear)
    started.on('error', (error) => (why = String(error)))
    started.on('exit', () => {
      worker = null
      for (const waiting of open.values()) waiting.reject(new LabError('internal', why))
      open.clear()
    })
    return started
  }

  return {
    async ask<T extends Work['type']>(work: Work & { type: T }, task: Task = {}) {
      const thread = (worker ??= start())
      const id = ++asked
      const post = (message: Asked) => thread.postMessage(message)
      const waiting = deferred<unknown>()
      open.set(id, { ...waiting, task })
      thread.ref()
      const stop = () => post({ id, stop: true })
      task.signal?.addEventListener('abort', stop)
      post({ id, work })
      try {
        return (await waiting.promise) as Answers[T]
      } finally {
        task.signal?.removeEventListener('abort', stop)
        if (open.size === 0) thread.unref()
      }
    },
    async close() {
      await worker?.terminate()
    },
  }
}
