import { existsSync, realpathSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { asStorageError } from '../../store'
import { LabError } from '../errors'

const NOT_SAVED = {
  full: 'The file was not saved: the disk is full. Free some space, or choose another place.',
  'read-only': 'The file was not saved: it may not be written there. Choose another place.',
  gone: 'The file was not saved: its disk does not answer. Choose another place.',
}

/**
 * Writes a file where the user says; one that is there is replaced once the new one is whole.
 * @throws LabError where that would be over a file of the data folder: what lies there is the store's; or its name is too
 *   long. StorageError where it cannot be written
 */
export async function saveTo(path: string, bytes: Uint8Array, home: string): Promise<void> {
  const whole = resolve(path)
  if (existsSync(whole) && join(real(dirname(whole)), sep).startsWith(join(real(home), sep)))
    throw new LabError('conflict', `${whole} belongs to the data folder, and was left as it is. Choose another place.`)
  const beside = join(dirname(whole), `.w2s-${process.pid}-${Math.random().toString(36).slice(2, 10)}.part`)
  try {
    await writeFile(beside, bytes, { flag: 'wx' })
    await rename(beside, whole)
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined)
    if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG')
      throw new LabError(
        'bad-input',
        `${whole}: expected a shorter name, got one of ${Buffer.byteLength(basename(whole))} bytes`,
      )
    throw asStorageError(error, whole, NOT_SAVED)
  }
}

/** A folder without links on the way to it; as it is where it is not there. */
function real(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return folder
  }
}
