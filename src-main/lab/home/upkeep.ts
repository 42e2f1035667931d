import type { Store } from '../../store'
import type { Analyst } from '../results/analyst'

/** How long the write-ahead log may grow before it is moved into the database. */
const LOG_BYTES = 4 * 1024 ** 2
/** Least milliseconds between two moves: the log keeps its size when it has been moved. */
const PAUSE = 2000

/**
 * Keeps the store's write-ahead log short from another thread, where there is one.
 * @returns to be called after writing; cheap when there is nothing to do
 */
export function createUpkeep(store: Store, analyst: Analyst): () => void {
  if (!analyst.apart) return () => undefined
  store.leaveLog()
  let busy = false
  return () => {
    if (busy || store.pending() < LOG_BYTES) return
    busy = true
    const done = () => void setTimeout(() => (busy = false), PAUSE).unref()
    // The writer does it itself, some time later, when this cannot.
    analyst.drainLog(store.path).then(done, done)
  }
}
