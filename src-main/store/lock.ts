import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { guard, StorageError } from './errors'
import { makeFolder } from '../data/folder'
import { refuseOther } from './folder'

/**
 * Takes the operating system's own exclusive lock on a file, by way of SQLite. It ends with its process however that
 * dies, and no other process that happens to get the same id can be taken for the holder.
 * @returns the release
 * @throws StorageError, `locked` when another one holds it
 */
export function lockFile(path: string): () => void {
  return guard(path, () => {
    makeFolder(dirname(path))
    refuseOther(path)
    const db = new Database(path, { timeout: 0 })
    try {
      db.exec('BEGIN EXCLUSIVE')
    } catch (error) {
      db.close()
      throw error
    }
    return () => void db.close()
  })
}

/** Whether some process holds the lock on a file. Looks without taking it. */
export function isLocked(path: string): boolean {
  if (!existsSync(path)) return false
  try {
    guard(path, () => {
      refuseOther(path)
      const db = new Database(path, { readonly: true, timeout: 0 })
      try {
        db.pragma('schema_version')
      } finally {
        db.close()
      }
    })
    return false
  } catch (error) {
    if (error instanceof StorageError && error.reason === 'locked') return true
    throw error
  }
}
