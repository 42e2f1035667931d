import type { Migration } from './migration'

/**
 * Looks at what was found on test rows, and seals of it, by study. Neither is ever changed, nor removed with a run: what was
 * seen stays seen.
 */
const SCHEMA = `
  CREATE TABLE looks (
    id INTEGER PRIMARY KEY,
    study TEXT NOT NULL,
    run TEXT NOT NULL, -- '' where all of the study were looked at
    what TEXT NOT NULL,
    at INTEGER NOT NULL
  );
  CREATE INDEX looksByStudy ON looks (study);
  CREATE TABLE seals (
    id INTEGER PRIMARY KEY,
    study TEXT NOT NULL,
    at INTEGER NOT NULL,
    sealed INTEGER NOT NULL,
    looks INTEGER NOT NULL -- how many there had been
  );
  CREATE INDEX sealsByStudy ON seals (study);
`

export const looks: Migration = { name: '011-looks', up: (db) => void db.exec(SCHEMA) }
