// The librarian's thread: models are fetched, parsed and hashed here, without holding up the thread that serves the window.
import { parentPort, workerData } from 'node:worker_threads'
import { createModels, type ModelsOptions } from '../../data/models'
import { failureOf } from '../errors'
import { perform, type Asked, type Told, type Work } from './work'

const options = workerData as ModelsOptions
const models = createModels(options)
const underWay = new Map<number, AbortController>()
const tell = (told: Told) => parentPort!.postMessage(told)

/** Least milliseconds between two words on the progress of one phase. */
const INTERVAL = 100

async function work(id: number, work: Work): Promise<void> {
  const stop = new AbortController()
  underWay.set(id, stop)
  let last = { phase: '', at: 0 }
  try {
    const value = await perform(models, work, {
      signal: stop.signal,
      onProgress(progress) {
        const now = performance.now()
        const isOver = progress.done === progress.total
        if (progress.phase === last.phase && now - last.at < INTERVAL && !isOver) return
        last = { phase: progress.phase, at: now }
        tell({ id, progress })
      },
    })
    tell({ id, value })
  } catch (error) {
    tell({ id, failure: failureOf(error, options.cache) })
  } finally {
    underWay.delete(id)
  }
}

parentPort!.on('message', (asked: Asked) => {
  if ('work' in asked) void work(asked.id, asked.work)
  else underWay.get(asked.id)?.abort()
})
