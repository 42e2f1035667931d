import { Worker } from 'node:worker_threads'
import { deferred, type Deferred } from '../deferred'
import { analyse, type Answers, type Question } from './analysis'
import { createPreparedReader } from './prepared'

export interface Asked {
  id: number
  question: Question | Chore
}
/** Moves a store's write-ahead log into its database: waits for the disk, so it is done here as well. */
export interface Chore {
  type: 'checkpoint'
  store: string
}
type Answer = Answers[Question['type']] | null
export type Answered = { id: number; value: Answer } | { id: number; error: string }

/** Answers questions about finished stages. */
export interface Analyst {
  /** @throws Error when the examples are gone or damaged */
  ask<Q extends Question>(question: Q): Promise<Answers[Q['type']]>
  /** Whether chores may be left to it. */
  readonly apart: boolean
  /** @throws Error when the store cannot be written */
  checkpoint(store: string): Promise<void>
  close(): Promise<void>
}

/**
 * @param script the built `analyst.js`; its thread is started by the first question. Without it questions are answered
 * in this thread.
 */
export function createAnalyst(script: string | undefined): Analyst {
  return script === undefined ? inThisThread() : inWorker(script)
}

function inThisThread(): Analyst {
  const prepared = createPreparedReader()
  return {
    ask: async <Q extends Question>(question: Q) =>
      analyse(question, await prepared(question.data)) as Answers[Q['type']],
    apart: false,
    checkpoint: () => Promise.reject(new Error('There is no thread for it.')),
    close: () => Promise.resolve(),
  }
}

function inWorker(script: string): Analyst {
  const open = new Map<number, Deferred<Answer>>()
  let worker: Worker | null = null
  let asked = 0

  function failAll(error: Error): void {
    worker = null
    for (const waiting of open.values()) waiting.reject(error)
    open.clear()
  }
  function start(): Worker {
    const started = new Worker(script)
    started.unref()
    started.on('message', (answered: Answered) => {
      const waiting = open.get(answered.id)
      open.delete(answered.id)
      if ('error' in answered) waiting?.reject(new Error(answered.error))
      else waiting?.resolve(answered.value)
    })
    started.on('error', failAll)
    started.on('exit', () => failAll(new Error('The thread that computes results ended.')))
    return started
  }

  function post(question: Question | Chore): Promise<Answer> {
    worker ??= start()
    const waiting = deferred<Answer>()
    open.set(++asked, waiting)
    worker.postMessage({ id: asked, question } satisfies Asked)
    return waiting.promise
  }

  return {
    ask: <Q extends Question>(question: Q) => post(question) as Promise<Answers[Q['type']]>,
    apart: true,
    async checkpoint(store) {
      await post({ type: 'checkpoint', store })
    },
    async close() {
      await worker?.terminate()
    },
  }
}
