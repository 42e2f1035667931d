// The analyst's thread: answers questions about finished stages, and does chores that wait for the disk, without holding
// up the thread that serves the window.
import { parentPort } from 'node:worker_threads'
import { checkpoint } from '../../store'
import { analyse } from './analysis'
import type { Asked, Answered } from './analyst'
import { createPreparedReader } from './prepared'

const prepared = createPreparedReader()

async function answerTo({ id, question }: Asked): Promise<Answered> {
  try {
    if (question.type !== 'checkpoint') return { id, value: analyse(question, await prepared(question.data)) }
    checkpoint(question.store)
    return { id, value: null }
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) }
  }
}

parentPort!.on('message', (asked: Asked) => {
  void answerTo(asked).then((answered) => parentPort!.postMessage(answered))
})
