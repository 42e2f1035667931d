import type { Migration } from './migration'

/** What the user says of examples, and what of them is looked at under a name. Both go by the task, whatever run is open. */
const SCHEMA = `
  CREATE TABLE remarks (
    task TEXT NOT NULL,
    example TEXT NOT NULL,
    flag INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (task, example)
  ) WITHOUT ROWID;
  CREATE TABLE slices (
    task TEXT NOT NULL,
    name TEXT NOT NULL,
    filter TEXT NOT NULL, -- JSON
    PRIMARY KEY (task, name)
  ) WITHOUT ROWID;
`

export const remarks: Migration = { name: '009-remarks', up: (db) => void db.exec(SCHEMA) }
