import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/**
 * The file of a task, once its bytes are those that the stage was planned for.
 * @throws Error when the job does not say where it is, or when it is another version
 */
export async function taskFile(tasks: Record<string, string>, id: string, sha256: string): Promise<string> {
  const file = tasks[id]
  if (file === undefined)
    throw new Error(`task "${id}": expected its file among the job's, got ${Object.keys(tasks).join(', ') || 'none'}`)
  const got = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
  if (got !== sha256) throw new Error(`${file}: expected sha256 ${sha256}, got ${got}: the dataset was changed`)
  return file
}
