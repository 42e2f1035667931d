import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asStorageError, isLocked, lockFile, StorageError } from '../../store'
import { LabError } from '../errors'

interface Holder {
  pid: number
  /** Milliseconds since 1970. */
  since: number
}

const lockPath = (home: string) => join(home, 'lab.lock')

/** Whether some process works in a home. */
export const isHomeLocked = (home: string): boolean => isLocked(lockPath(home))

/** The home is ours until `release`. */
export interface Lock {
  release(): void
}

/**
 * Makes this process the one writer of a home. `lab.lock` is what is locked; `lab.lock.json` beside it says who holds
 * it, for the message alone, so that a stale one does no harm.
 * @throws LabError `conflict` naming the holder; StorageError when the folder cannot be written to
 */
export function lockHome(home: string): Lock {
  const note = join(home, 'lab.lock.json')
  const release = take(lockPath(home), home, note)
  try {
    const holder: Holder = { pid: process.pid, since: Date.now() }
    writeFileSync(note, JSON.stringify(holder))
  } catch (error) {
    release()
    throw asStorageError(error, home)
  }
  return {
    release() {
      try {
        rmSync(note, { force: true })
      } catch {
        // A note that stays does no harm; a lock that stays would.
      }
      release()
    },
  }
}

function take(file: string, home: string, note: string): () => void {
  try {
    return lockFile(file)
  } catch (error) {
    if (!(error instanceof StorageError) || error.reason !== 'locked') throw error
    const holder = readHolder(note)
    const since = holder ? ` (process ${holder.pid}, since ${startOf(holder)})` : ''
    throw new LabError(
      'conflict',
      `Weak-to-Strong Lab is already at work in ${home}${since}. Use that one, close it, or choose another folder with W2S_HOME. Nothing was changed.`,
    )
  }
}

/** Local, as `2026-11-23 08:15`. */
const startOf = ({ since }: Holder) =>
  new Date(since).toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' })

function readHolder(note: string): Holder | null {
  try {
    return JSON.parse(readFileSync(note, 'utf8')) as Holder
  } catch {
    return null // between the lock and its note, or after its end
  }
}
