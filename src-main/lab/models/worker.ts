// The librarian's thread: models are fetched, parsed and hashed here, without holding up the thread that serves the window.
import { parentPort, workerData } from 'node:worker_threads'
import { createModels, type ModelsOptions } from '../../data/models'
import { failureOf } from '../errors'
import { throttled } from './throttle'
import { perform, type Asked, type Told, type Work } from './work'

const options = workerData as ModelsOptions
const models = createModels(options)
const underWay = new Map<number, AbortController>()
const tell = (told: Told) => parentPort!.postMessage(told)

/** Milliseconds between two words on the progress of one phase. */
const INTERVAL = 100

async function work(id: number, work: Work): Promise<void> {
  const stop = new AbortController()
  underWay.set(id, stop)
  const progress = throttled((progress) => tell({ id, progress }), INTERVAL)
  try {
    tell({ id, value: await perform(models, work, { signal: stop.signal, onProgress: (one) => progress.report(one) }) })
  } catch (error) {
    tell({ id, failure: failureOf(error, options.cache) })
  } finally {
    progress.end()
    underWay.delete(id)
  }
}

parentPort!.on('message', (asked: Asked) => {
  if ('work' in asked) void work(asked.id, asked.work)
  else underWay.get(asked.id)?.abort()
})
