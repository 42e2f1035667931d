import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

/** Not to wait for who would write into a pipe; a platform without it has no such files. */
const AT_ONCE = constants.O_NONBLOCK ?? 0

/**
 * Opens a file for reading, without waiting for anybody: a pipe or a device is refused, not read.
 * @throws the system's error for a file that is not there; NotAFile for a folder, a pipe, a socket, a device
 */
export async function openRegular(path: string): Promise<{ file: FileHandle; bytes: number }> {
  const file = await open(path, constants.O_RDONLY | AT_ONCE).catch((error: NodeJS.ErrnoException) => {
    // A socket, and a device without a driver, cannot be opened at all.
    throw error.code === 'ENXIO' ? new NotAFile() : error
  })
  const facts = await file.stat()
  if (facts.isFile()) return { file, bytes: facts.size }
  await file.close()
  throw new NotAFile()
}

/** What was to be read is a folder, a pipe, a socket or a device. */
export class NotAFile extends Error {
  override readonly name = 'NotAFile'
  constructor() {
    super('no regular file')
  }
}
