import type { Migration } from './migration'

/** What was expected of each run when it was asked for. */
export const expected: Migration = {
  name: '016-expected',
  up: (db) => void db.exec(`ALTER TABLE runs ADD COLUMN expected TEXT NOT NULL DEFAULT ''`),
}
