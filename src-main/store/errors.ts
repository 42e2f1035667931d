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

type Sentences = Record<Exclude<StorageReason, 'newer' | 'foreign'>, string>
const SENTENCES: Sentences = {
  full: 'The disk is full: nothing more can be stored. Free some space and try again; what was stored before is safe.',
  'read-only': 'This folder cannot be written to. Make it writable, or choose another one with W2S_HOME.',
  locked: 'Another program holds the store locked. Close it and try again.',
  corrupt: 'The store is damaged or not a database. It was left as it is; put it aside, or restore a copy.',
  failed: 'The store could not be read or written.',
}

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
  const reason = known?.[1] ?? 'failed'
  const detail = error.message.startsWith(code) ? error.message : `${code} ${error.message}`
  const where = at === undefined ? `${path}: ` : ''
  const sentence = sentences[reason] ?? SENTENCES[reason]
  return new StorageError(reason, `${sentence} (${where}${detail})`, { cause: error })
}

/** Of a full or read-only disk, as another process told it: Node's code, a colon, its message. */
const TOLD = /^(ENOSPC|EDQUOT|EROFS): /

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
