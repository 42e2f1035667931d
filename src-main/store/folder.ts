import { statSync } from 'node:fs'
import { StorageError } from './errors'

/** @throws StorageError where something else than a file stands in a file's place: SQLite only says that it cannot open it */
export function refuseOther(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found || found.isFile()) return
  const what = found.isDirectory() ? 'a folder' : 'no regular file'
  throw new StorageError(
    'foreign',
    `${path} is ${what}. It was left as it is; move it away, or choose another data folder.`,
  )
}
