import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Database, { type Database as Db } from 'better-sqlite3'
import { guard, StorageError } from './errors'
import { makeFolder } from '../data/folder'
import { refuseOther } from './folder'
import { appliedMigrations, migrate, MIGRATIONS, pendingMigrations } from './migrations'
import type { Migration } from './migrations/migration'

const BUSY_MS = 2000

/**
 * Opens or creates the database at `path`, migrated and with its pragmas set. A file that is newer, foreign or damaged
 * is only ever opened for reading.
 * @throws StorageError
 */
export function openDatabase(path: string, migrations: readonly Migration[] = MIGRATIONS): Db {
  return guard(path, () => {
    makeFolder(dirname(path))
    refuseOther(path)
    if (existsSync(path) && statSync(path).size > 0) reading(path, (db) => pendingMigrations(db, migrations))
    const db = new Database(path, { timeout: BUSY_MS })
    return closedOnError(db, () => {
      // Only takes effect on a file without tables; lets `reclaim` shrink the file a little at a time.
      db.pragma('auto_vacuum = INCREMENTAL')
      db.pragma('journal_mode = WAL')
      // In WAL mode NORMAL keeps the file whole after a power cut; only the last instants may be missing.
      db.pragma('synchronous = NORMAL')
      db.pragma('foreign_keys = ON')
      migrate(db, migrations)
      return db
    })
  })
}

/**
 * Opens a store beside its writer, for reading alone; an empty one in memory when there is no file yet, or nothing in it.
 * @throws StorageError, also when the file waits for a migration
 */
export function openForReading(path: string): Db {
  return guard(path, () => {
    if (!existsSync(path)) return blank()
    refuseOther(path)
    const db = isWritable(dirname(path)) ? new Database(path, { readonly: true, timeout: BUSY_MS }) : copied(path)
    return closedOnError(db, () => {
      // Without a table it is new: a disk was full, or a power cut came, before its first lines were kept.
      if (appliedMigrations(db) === null) {
        db.close()
        return blank()
      }
      if (pendingMigrations(db).length > 0)
        throw new StorageError(
          'locked',
          `${path} is from an older version. Open it once in the app, or run an experiment with w2s, then try again.`,
        )
      return db
    })
  })
}

function blank(): Db {
  const empty = new Database(':memory:')
  migrate(empty)
  return empty
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/**
 * A store as it is, in memory, for reading: even its readers write beside a file with a write-ahead log, which a folder
 * that may not be written to does not let them.
 */
function copied(path: string): Db {
  const folder = mkdtempSync(join(tmpdir(), 'w2s-reading-'))
  try {
    const copy = join(folder, 'lab.sqlite')
    for (const end of ['', '-wal']) if (existsSync(path + end)) writeFileSync(copy + end, readFileSync(path + end))
    const db = new Database(copy)
    const whole = closedOnError(db, () => {
      db.pragma('journal_mode = DELETE')
      return db.serialize()
    })
    db.close()
    return new Database(whole, { readonly: true })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Moves the write-ahead log of a store into its database, beside its writer and without holding it up. */
export function drainLog(path: string): void {
  guard(path, () => {
    const db = new Database(path, { timeout: BUSY_MS })
    try {
      db.pragma('wal_checkpoint(PASSIVE)')
    } finally {
      db.close()
    }
  })
}

function reading(path: string, look: (db: Db) => unknown): void {
  const db = new Database(path, { readonly: true, timeout: BUSY_MS })
  try {
    look(db)
  } finally {
    db.close()
  }
}

function closedOnError<T>(db: Db, work: () => T): T {
  try {
    return work()
  } catch (error) {
    db.close()
    throw error
  }
}
