import { describe, type Describe } from '../../data/models'
import { createThread } from '../threads/thread'

/** Milliseconds that reading the headers, config and tokenizer of a model may take: the largest take a few seconds. */
const DEADLINE = 60_000
/** Megabytes of JavaScript heap for it: the largest tokenizers take a third. */
const HEAP = 1536

/** What the reader's thread does. @throws CheckpointError */
export const readerVerbs = { describe: (where: string) => describe(where) }

/**
 * Reads what somebody has brought in a thread of its own, one a reading: whatever it does, it is ended when it is called
 * off, takes too long or too much memory, and what the librarian fetches meanwhile goes on.
 * @param script the built `reader.js`
 */
export function createReader(script: string): Describe {
  return async (where, { signal }) => {
    signal?.throwIfAborted()
    const thread = createThread<typeof readerVerbs>({ script, heap: HEAP })
    const end = () => void thread.close()
    signal?.addEventListener('abort', end)
    try {
      return await thread.ask('describe', where, { deadline: DEADLINE })
    } finally {
      signal?.removeEventListener('abort', end)
      await thread.close()
    }
  }
}
