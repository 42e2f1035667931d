import { constants, type Stats } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'

/** What is at a path is no regular file, or a longer one than may be read. The message names path, expectation and value. */
export class FileError extends Error {
  override readonly name = 'FileError'
}

/**
 * Opens a regular file for reading, and nothing else: opening a named pipe waits for a writer, for ever where there is
 * none, and holds one of the few threads that serve all files; opening a device may do what the device does.
 * @throws FileError for what is no file; what the system says otherwise
 */
export async function openRegular(file: string): Promise<{ handle: FileHandle; size: number }> {
  expectRegular(file, await stat(file))
  // It may be another thing by now: without waiting, then looked at again.
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const found = await handle.stat()
    expectRegular(file, found)
    return { handle, size: found.size }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/**
 * The bytes of a regular file of at most `limit` bytes.
 * @throws FileError, see `openRegular`; and for a longer file, before anything of it is read
 */
export async function readRegular(file: string, limit: number): Promise<Buffer> {
  const { handle, size } = await openRegular(file)
  try {
    if (size > limit) throw new FileError(`${file}: expected at most ${limit} bytes, got ${size}`)
    const bytes = Buffer.alloc(size)
    let done = 0
    for (let read = -1; done < size && read !== 0; done += read)
      ({ bytesRead: read } = await handle.read(bytes, done, size - done, done))
    return bytes.subarray(0, done)
  } finally {
    await handle.close()
  }
}

/** @throws FileError naming what it is instead */
export function expectRegular(file: string, found: Stats): void {
  if (!found.isFile()) throw new FileError(`${file}: expected a file, got ${kindOf(found)}`)
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder'
  if (found.isFIFO()) return 'a named pipe'
  return found.isSocket() ? 'a socket' : 'a device'
}
