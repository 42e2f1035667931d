import { readArtifactFile } from '../../engine/artifacts'
import { preparedOf, type PreparedTask } from '../../science/tasks'
import { createKept } from './kept'

/** How many files are kept of a kind; one is some megabytes. */
const KEPT = 5

/** Reads what lies in artifacts and keeps the latest, by their folders. */
export function createReader<T>(read: (folder: string) => Promise<T>): (folder: string) => Promise<T> {
  const kept = createKept<Promise<T>>(KEPT)
  return (folder) => {
    const found = kept.get(folder) ?? read(folder)
    kept.set(folder, found)
    found.catch(() => kept.forget(folder))
    return found
  }
}

/** The examples of a `data` stage, verified. @throws ArtifactError when they are gone or damaged */
export async function readPrepared(folder: string): Promise<PreparedTask> {
  const bytes = await readArtifactFile(folder, 'examples.json')
  return preparedOf(
    JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as PreparedTask,
  )
}
