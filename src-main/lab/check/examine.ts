import type { Examined } from '../../bundle'
import type { analystVerbs } from '../results/analyst'
import { createThread } from '../threads/thread'

/** Megabytes that reading a bundle may take: a few times what its largest documents are as text. */
const HEAP = 1024
/** Milliseconds: gigabytes of predictions are read in less. */
const DEADLINE = 600_000

/**
 * Checks what is given out as a bundle, in a thread of its own that memory and time are limited for.
 * @param script the built `analyst.js`
 * @throws LabError `bad-input` when it cannot be read as a bundle, or takes too much
 */
export async function examineApart(script: string, path: string): Promise<Examined> {
  const thread = createThread<Pick<ReturnType<typeof analystVerbs>, 'examine'>>({ script, heap: HEAP })
  try {
    return await thread.ask('examine', path, { deadline: DEADLINE })
  } finally {
    await thread.close()
  }
}
