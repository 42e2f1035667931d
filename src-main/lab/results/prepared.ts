import { readArtifactFile } from '../../engine/artifacts'
import type { PreparedTask } from '../../science/tasks'

/** How many prepared tasks are kept; one is some megabytes. */
const KEPT = 5

/** Reads prepared tasks and keeps the latest, by the folder of their artifact. */
export function createPreparedReader(): (folder: string) => Promise<PreparedTask> {
  const kept = new Map<string, Promise<PreparedTask>>()
  return (folder) => {
    const task = kept.get(folder) ?? readPrepared(folder)
    kept.delete(folder)
    kept.set(folder, task)
    task.catch(() => kept.delete(folder))
    const oldest = kept.keys().next().value
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest)
    return task
  }
}

/** The examples of a `data` stage, verified. @throws ArtifactError when they are gone or damaged */
export async function readPrepared(folder: string): Promise<PreparedTask> {
  const bytes = await readArtifactFile(folder, 'examples.json')
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as PreparedTask
}
