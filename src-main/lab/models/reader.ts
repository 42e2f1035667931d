import { describe, type Describe } from '../../data/models'
import { createThread } from '../threads/thread'

/** What reading the headers, config and tokenizer of a model may take. */
export interface ReadingBounds {
  /** Milliseconds; the largest take a few seconds. */
  deadline: number
  /** Megabytes of JavaScript heap; the largest tokenizers take a third. */
  heap: number
}
const BOUNDS: ReadingBounds = { deadline: 60_000, heap: 1536 }

/** What the reader's thread does. @throws CheckpointError */
export const readerVerbs = { describe: (where: string) => describe(where) }

/**
 * Reads what somebody has brought in a thread of its own, one a reading: whatever it does, it is ended when it is called
 * off, takes too long or too much memory, and what the librarian fetches meanwhile goes on.
 * @param script the built `reader.js`
 * @throws LabError `bad-input` naming what took too much
 */
export function createReader(script: string, { deadline, heap }: ReadingBounds = BOUNDS): Describe {
  return async (where, { signal }) => {
    signal?.throwIfAborted()
    const thread = createThread<typeof readerVerbs>({ script, heap })
    const end = () => void thread.close()
    signal?.addEventListener('abort', end)
    try {
      return await thread.ask('describe', where, { deadline, subject: `Reading ${where}` })
    } finally {
      signal?.removeEventListener('abort', end)
      await thread.close()
    }
  }
}
