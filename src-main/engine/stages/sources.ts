import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/**
 * The file of a task, once its bytes are those that the stage was planned for.
 * @throws Error when the job does not say where it is, or when it is another version
 */
export const taskFile = (tasks: Record<string, string>, id: string, sha256: string) =>
  checked('task', tasks, id, sha256)

/** The same of a corpus. */
export const corpusFile = (corpora: Record<string, string>, id: string, sha256: string) =>
  checked('corpus', corpora, id, sha256)

async function checked(noun: string, files: Record<string, string>, id: string, sha256: string): Promise<string> {
  const file = files[id]
  if (file === undefined)
    throw new Error(
      `${noun} "${id}": expected its file among the job’s, got ${Object.keys(files).join(', ') || 'none'}`,
    )
  const got = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
  if (got !== sha256)
    throw new Error(
      `${file}: expected sha256 ${sha256}, got ${got}: the ${noun === 'task' ? 'dataset' : noun} was changed`,
    )
  return file
}
