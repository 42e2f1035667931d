import type { Migration } from './migration'

/** What the lab noticed of trainings, and arms whose stages are held back because they failed twice for one cause. */
const SCHEMA = `
  CREATE TABLE alerts (
    stage INTEGER NOT NULL REFERENCES stages ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    text TEXT NOT NULL,
    seen INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (stage, attempt, kind)
  ) WITHOUT ROWID;
  CREATE TABLE holds (
    run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
    arm TEXT NOT NULL,
    cause TEXT NOT NULL,
    failures INTEGER NOT NULL,
    held INTEGER NOT NULL,
    PRIMARY KEY (run, arm, cause)
  ) WITHOUT ROWID;
  ALTER TABLE run_stages ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
`

export const alerts: Migration = { name: '012-alerts', up: (db) => void db.exec(SCHEMA) }
