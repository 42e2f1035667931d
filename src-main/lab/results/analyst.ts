import { Worker } from 'node:worker_threads'
import { deferred, type Deferred } from '../deferred'
import { analyse, type Answers, type Question } from './analysis'
import { createPreparedReader } from './prepared'

export interface Asked {
  id: number
  question: Question
}
type Answer = Answers[Question['type']]
export type Answered = { id: number; value: Answer } | { id: number; error: string }

/** Answers questions about finished stages. */
export interface Analyst {
  /** @throws Error when the examples are gone or damaged */
  ask<Q extends Question>(question: Q): Promise<Answers[Q['type']]>
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

  return {
    ask<Q extends Question>(question: Q) {
      worker ??= start()
      const waiting = deferred<Answer>()
      open.set(++asked, waiting)
      worker.postMessage({ id: asked, question } satisfies Asked)
      return waiting.promise as Promise<Answers[Q['type']]>
    },
    async close() {
      await worker?.terminate()
    },
  }
}
