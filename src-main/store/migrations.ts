import { renameSync, rmSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { StorageError } from './errors'
import { first } from './migrations/001-first'
import { progress } from './migrations/002-progress'
import { predictionsOnDisk } from './migrations/003-predictions-on-disk'
import { place } from './migrations/004-place'
import { attempts } from './migrations/005-attempts'
import { stageFacts } from './migrations/006-stage-facts'
import { cause } from './migrations/007-cause'
import { said } from './migrations/008-said'
import { remarks } from './migrations/009-remarks'
import { queueOrder } from './migrations/010-queue-order'
import { looks } from './migrations/011-looks'
import { alerts } from './migrations/012-alerts'
import { doubts } from './migrations/013-doubts'
import { use } from './migrations/014-use'
import { clock } from './migrations/015-clock'
import { expected } from './migrations/016-expected'
import { cards } from './migrations/017-cards'
import type { Migration } from './migrations/migration'

export const MIGRATIONS: readonly Migration[] = [
  first,
  progress,
  predictionsOnDisk,
  place,
  attempts,
  stageFacts,
  cause,
  said,
  remarks,
  queueOrder,
  looks,
  alerts,
  doubts,
  use,
  clock,
  expected,
  cards,
]

/** Names of the migrations that this file has seen, in order; null when it is empty, i.e. new. */
export function appliedMigrations(db: Database): string[] | null {
  const tables = db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all()
  if (tables.length === 0) return null
  if (!tables.includes('migrations'))
    throw new StorageError('foreign', `${db.name} is a database of another program. It was left as it is.`)
  return db.prepare<[], string>('SELECT name FROM migrations ORDER BY name').pluck().all()
}

/**
 * The migrations that are still to run.
 * @throws StorageError 'newer' when the file has seen one that this version does not know
 */
export function pendingMigrations(db: Database, known: readonly Migration[] = MIGRATIONS): Migration[] {
  const applied = appliedMigrations(db) ?? []
  const unknown = applied.find((name) => !known.some((m) => m.name === name))
  if (unknown) {
    const words = `${db.name} was written by a newer version of Weak-to-Strong Lab (it has "${unknown}").`
    throw new StorageError(
      'newer',
      `${words} Update the app, or choose another folder with W2S_HOME. Nothing was changed.`,
    )
  }
  return known.filter((m) => !applied.includes(m.name))
}

/** Runs what is pending, all or nothing. A file that holds data is copied beside itself first. */
export function migrate(db: Database, known: readonly Migration[] = MIGRATIONS): void {
  const pending = pendingMigrations(db, known)
  if (pending.length === 0) return
  if (appliedMigrations(db)) copyBeside(db, pending[0]!.name)
  db.transaction(() => {
    db.exec('CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, appliedAt INTEGER NOT NULL) WITHOUT ROWID')
    const note = db.prepare('INSERT INTO migrations (name, appliedAt) VALUES (?, ?)')
    for (const migration of pending) {
      migration.up(db)
      note.run(migration.name, Date.now())
    }
  })()
}

/** `lab.sqlite` → `lab.sqlite.before-002-words`, complete or absent. */
function copyBeside(db: Database, name: string): void {
  const copy = `${db.name}.before-${name}`
  rmSync(`${copy}.part`, { force: true })
  db.prepare('VACUUM INTO ?').run(`${copy}.part`)
  renameSync(`${copy}.part`, copy)
}
