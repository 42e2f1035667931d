import Database from 'better-sqlite3'

export type StorageReason = 'full' | 'read-only' | 'locked' | 'corrupt' | 'newer' | 'foreign' | 'failed'

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

const SENTENCES: Record<Exclude<StorageReason, 'newer' | 'foreign'>, string> = {
  full: 'The disk is full: nothing more can be stored. Free some space and try again; what was stored before is safe.',
  'read-only': 'This folder cannot be written to. Make it writable, or choose another one with W2S_HOME.',
  locked: 'Another program holds the store locked. Close it and try again.',
  corrupt: 'The store is damaged or not a database. It was left as it is; put it aside, or restore a copy.',
  failed: 'The store could not be read or written.',
}

/** SQLite's result codes (sqlite.org/rescode.html), by their beginning, and Node's own for the same troubles. */
const REASONS: [beginning: string, reason: keyof typeof SENTENCES][] = [
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
 * @param path what to name in the message
 */
export function asStorageError(error: unknown, path: string): unknown {
  if (error instanceof StorageError || !(error instanceof Error)) return error
  // A DOMException's code is a number.
  const code = String((error as NodeJS.ErrnoException).code ?? '')
  const known = REASONS.find(([beginning]) => code.startsWith(beginning))
  if (!known && !(error instanceof Database.SqliteError)) return error
  const reason = known?.[1] ?? 'failed'
  return new StorageError(reason, `${SENTENCES[reason]} (${path}: ${code} ${error.message})`, { cause: error })
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
