import Database from 'better-sqlite3'
import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readSync } from 'node:fs'
import { dirname } from 'node:path'

export type StorageReason = 'full' | 'read-only' | 'locked' | 'gone' | 'corrupt' | 'newer' | 'foreign' | 'failed'

/** Something is wrong with the store itself, in words for people. What was being written has been rolled back. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  constructor(
    readonly reason: StorageReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

type Sentences = Record<Exclude<StorageReason, 'newer' | 'foreign'>, string>
const SENTENCES: Sentences = {
  full: 'The disk is full: nothing more can be stored. Free some space and try again; what was stored before is safe.',
  'read-only': 'This folder cannot be written to. Make it writable, or choose another one with W2S_HOME.',
  locked: 'Another program holds the store locked. Close it and try again.',
  gone: 'The disk does not answer: it was taken away, its connection broke, or it is failing. What was stored before was left as it is. Once it answers again, try again.',
  corrupt: 'The store is damaged or not a database. It was left as it is; put it aside, or restore a copy.',
  failed: 'The store could not be read or written.',
}

/** What a system says of a disk that is not there any more, or fails. */
const GONE = ['EIO', 'ENXIO', 'ENODEV', 'ENOTCONN', 'ESTALE', 'EREMOTEIO', 'ESHUTDOWN']

/** SQLite's result codes (sqlite.org/rescode.html), by their beginning, and Node's own for the same troubles. */
const REASONS: [beginning: string, reason: keyof Sentences][] = [
  ['SQLITE_FULL', 'full'],
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['SQLITE_READONLY', 'read-only'],
  ['SQLITE_PERM', 'read-only'],
  ['SQLITE_CANTOPEN', 'read-only'],
  ['EROFS', 'read-only'],
  ['EACCES', 'read-only'],
  ['EPERM', 'read-only'],
  ['ENOTDIR', 'read-only'],
  ['EEXIST', 'read-only'],
  ['ENAMETOOLONG', 'read-only'],
  // Of a folder that takes none, as those of /proc; and Node's word for a read-only disk when it makes several.
  ['ENOENT mkdir', 'read-only'],
  ...GONE.map((code): [string, 'gone'] => [code, 'gone']),
  ['SQLITE_IOERR_READ', 'gone'],
  ['SQLITE_IOERR_WRITE', 'gone'],
  ['SQLITE_IOERR_FSYNC', 'gone'],
  ['SQLITE_IOERR_CORRUPTFS', 'gone'],
  ['SQLITE_BUSY', 'locked'],
  ['SQLITE_LOCKED', 'locked'],
  ['SQLITE_NOTADB', 'corrupt'],
  ['SQLITE_CORRUPT', 'corrupt'],
  // Growing the shared-memory file of the write-ahead log is the first write that a full disk refuses.
  ['SQLITE_IOERR_SHM', 'full'],
  ['SQLITE_IOERR', 'failed'],
]

/**
 * The StorageError that an error of SQLite or of the file system amounts to; any other error is returned as it is.
 * @param path what to name in the message where the error names nothing itself
 * @param sentences what to say where something else than the store is written
 */
export function asStorageError(error: unknown, path: string, sentences: Partial<Sentences> = {}): unknown {
  if (error instanceof StorageError || !(error instanceof Error)) return error
  const { code: said, syscall, path: at } = error as NodeJS.ErrnoException
  // A DOMException's code is a number.
  const code = String(said ?? '')
  const known = REASONS.find(([beginning]) => `${code} ${syscall}`.startsWith(beginning))
  if (!known && !(error instanceof Database.SqliteError)) return error
  const isGone = code.startsWith('SQLITE_') && !answers(path)
  const reason = isGone ? 'gone' : (known?.[1] ?? 'failed')
  const detail = error.message.startsWith(code) ? error.message : `${code} ${error.message}`
  const where = at === undefined ? `${path}: ` : ''
  const sentence = sentences[reason] ?? SENTENCES[reason]
  return new StorageError(reason, `${sentence} (${where}${detail})`, { cause: error })
}

const BLOCK = 4096

/**
 * Whether the disk under a file can be read and written; of one that is not there its folder is asked. SQLite says of a disk that has gone what it says of a damaged database
 * ("malformed"), of a full one ("SHMSIZE") or of a folder that cannot be opened: only the disk itself can tell.
 */
function answers(path: string): boolean {
  try {
    const file = openSync(existsSync(path) ? path : dirname(path), 'r')
    try {
      // What is kept in memory is given also without a disk; only a write that is waited for shows it.
      fsyncSync(file)
      const { size } = fstatSync(file)
      for (const at of [0, Math.max(0, size - BLOCK)]) readSync(file, Buffer.alloc(BLOCK), 0, BLOCK, at)
    } finally {
      closeSync(file)
    }
    return true
  } catch (error) {
    return !GONE.includes((error as NodeJS.ErrnoException).code ?? '')
  }
}

/** Of a disk that is full, read-only or gone, as another process told it: Node's code, a colon, its message. */
const TOLD = new RegExp(`^(ENOSPC|EDQUOT|EROFS|${GONE.join('|')}): `)

/** What another process said went wrong, in the sentences of this one where it is about the disk. */
export function inPlainWords(message: string): string {
  const [, code] = TOLD.exec(message) ?? []
  const known = REASONS.find(([beginning]) => beginning === code)
  return known ? `${SENTENCES[known[1]]} (${message})` : message
}

/** Runs `work`; errors of SQLite and of the file system come out as StorageError. */
export function guard<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw asStorageError(error, path)
  }
}

type Functions = Record<string, (...args: never[]) => unknown>

/** The same functions, each behind `guard`. */
export function guarded<T extends Functions>(path: string, functions: T): T {
  const wrapped = Object.entries(functions).map(([name, run]) => [
    name,
    (...args: never[]) => guard(path, () => run(...args)),
  ])
  return Object.fromEntries(wrapped) as T
}
