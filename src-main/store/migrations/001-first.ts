import type { Migration } from './migration'

/** The first schema. `stages.id` stands for the 64-character key in every table with many rows. */
const SCHEMA = `
  CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    question TEXT NOT NULL,
    spec TEXT NOT NULL,
    arms TEXT NOT NULL,
    createdAt INTEGER NOT NULL,
    queuedAt INTEGER NOT NULL,
    endedAt INTEGER,
    ended TEXT CHECK (ended IN ('done', 'failed', 'cancelled', 'interrupted')),
    headline TEXT NOT NULL DEFAULT ''
  );
  CREATE TABLE stages (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    role TEXT,
    title TEXT NOT NULL,
    config TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting'
      CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
    attempt INTEGER NOT NULL DEFAULT 0,
    doneAttempt INTEGER NOT NULL DEFAULT 0,
    backend TEXT NOT NULL DEFAULT '',
    device TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    startedAt INTEGER,
    endedAt INTEGER,
    done REAL NOT NULL DEFAULT 0,
    total REAL NOT NULL DEFAULT 0,
    unit TEXT NOT NULL DEFAULT '',
    etaSeconds REAL,
    error TEXT NOT NULL DEFAULT ''
  );
  CREATE INDEX stagesByState ON stages (state);
  CREATE TABLE needs (
    stage INTEGER NOT NULL REFERENCES stages ON DELETE CASCADE,
    role TEXT NOT NULL,
    need INTEGER NOT NULL REFERENCES stages,
    PRIMARY KEY (stage, role)
  ) WITHOUT ROWID;
  CREATE INDEX needsByNeed ON needs (need);
  CREATE TABLE run_stages (
    run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
    stage INTEGER NOT NULL REFERENCES stages,
    position INTEGER NOT NULL,
    cached INTEGER NOT NULL,
    PRIMARY KEY (run, stage)
  ) WITHOUT ROWID;
  CREATE INDEX runStagesByStage ON run_stages (stage);
  CREATE TABLE metrics (
    stage INTEGER NOT NULL REFERENCES stages ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    name TEXT NOT NULL,
    split TEXT NOT NULL,
    step INTEGER NOT NULL,
    value REAL, -- NULL is not-a-number
    PRIMARY KEY (stage, attempt, name, split, step)
  ) WITHOUT ROWID;
  CREATE TABLE predictions (
    stage INTEGER NOT NULL REFERENCES stages ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    split TEXT NOT NULL,
    step INTEGER NOT NULL,
    probabilities BLOB NOT NULL, -- little-endian float32
    PRIMARY KEY (stage, attempt, split, step)
  );
  CREATE TABLE artifacts (
    stage INTEGER PRIMARY KEY REFERENCES stages ON DELETE CASCADE,
    origin TEXT NOT NULL CHECK (origin IN ('own', 'bundled')),
    bytes INTEGER NOT NULL,
    files TEXT NOT NULL,
    summary TEXT NOT NULL,
    finishedAt INTEGER NOT NULL
  );
  CREATE TABLE log (
    stage INTEGER NOT NULL REFERENCES stages ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    at INTEGER NOT NULL,
    level TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (stage, attempt, at, level, text)
  ) WITHOUT ROWID;
`

export const first: Migration = { name: '001-first', up: (db) => db.exec(SCHEMA) }
