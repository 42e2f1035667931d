import type { Migration } from './migration'

/** The card that an attempt computed on, which its readings of a card are of: no row where it was on none, or is not known. */
const SCHEMA = `
  CREATE TABLE cards (
    stage INTEGER NOT NULL REFERENCES stages ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    uuid TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (stage, attempt)
  ) WITHOUT ROWID
`

export const cards: Migration = { name: '017-cards', up: (db) => void db.exec(SCHEMA) }
