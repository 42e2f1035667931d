import type { Migration } from './migration'

/** How long an attempt of a training had worked when it had made so many updates. */
const SCHEMA = `
  CREATE TABLE clock (
    stage INTEGER NOT NULL REFERENCES stages ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    step INTEGER NOT NULL,
    seconds REAL NOT NULL,
    PRIMARY KEY (stage, attempt, step)
  ) WITHOUT ROWID
`

export const clock: Migration = { name: '015-clock', up: (db) => void db.exec(SCHEMA) }
