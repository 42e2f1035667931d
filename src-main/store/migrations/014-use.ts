import type { Migration } from './migration'

/**
 * What was read of the machine while a stage ran: one row a quantity and stretch of time, long ones in fewer, wider stretches;
 * and over all of an attempt.
 */
const SCHEMA = `
  CREATE TABLE use (
    stage INTEGER NOT NULL REFERENCES stages ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    name TEXT NOT NULL,
    at REAL NOT NULL, -- seconds after the attempt began: where the stretch ends
    seconds REAL NOT NULL, -- that samples of the stretch stand for; what is missing of its width was not sampled
    mean REAL NOT NULL, -- by time
    low REAL NOT NULL,
    high REAL NOT NULL,
    PRIMARY KEY (stage, attempt, name, at)
  ) WITHOUT ROWID;
  CREATE TABLE useTotals (
    stage INTEGER NOT NULL REFERENCES stages ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    name TEXT NOT NULL,
    seconds REAL NOT NULL,
    mean REAL NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    PRIMARY KEY (stage, attempt, name)
  ) WITHOUT ROWID;
`

export const use: Migration = { name: '014-use', up: (db) => void db.exec(SCHEMA) }
