import type { Migration } from './migration'

/**
 * What the user says of runs and studies, and figures of arms beside their headline: `seeds` is null where they are not
 * counted yet, as of every run of an earlier version.
 */
const SCHEMA = `
  CREATE TABLE marks (
    run TEXT PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    name TEXT NOT NULL DEFAULT '',
    notes TEXT NOT NULL DEFAULT '',
    tags TEXT NOT NULL DEFAULT '[]',
    hidden INTEGER NOT NULL DEFAULT 0,
    starred INTEGER NOT NULL DEFAULT 0,
    trashedAt INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE studies (
    id TEXT PRIMARY KEY,
    question TEXT NOT NULL,
    notes TEXT NOT NULL DEFAULT ''
  ) WITHOUT ROWID;
  CREATE TABLE rules (
    id INTEGER PRIMARY KEY,
    study TEXT NOT NULL REFERENCES studies ON DELETE CASCADE,
    setAt INTEGER NOT NULL,
    rule TEXT NOT NULL, -- JSON; 'null' where it was withdrawn
    students INTEGER NOT NULL
  );
  CREATE INDEX rulesByStudy ON rules (study);
  CREATE TABLE figures (
    run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
    arm TEXT NOT NULL,
    position INTEGER NOT NULL,
    task TEXT NOT NULL,
    weak TEXT NOT NULL,
    strong TEXT NOT NULL,
    method TEXT NOT NULL,
    asked INTEGER NOT NULL,
    seeds INTEGER,
    metric TEXT NOT NULL DEFAULT '',
    floor REAL,
    student REAL,
    ceiling REAL,
    pgr REAL,
    low REAL,
    high REAL,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (run, arm)
  ) WITHOUT ROWID;
`

const NAMES = `
  INSERT INTO figures (run, arm, position, task, weak, strong, method, asked)
  SELECT runs.id, json_extract(value, '$.id'), key, json_extract(value, '$.task'),
    coalesce(json_extract(value, '$.weakTitle'), ''), coalesce(json_extract(value, '$.strongTitle'), ''),
    coalesce(json_extract(value, '$.methodTitle'), ''), coalesce(json_array_length(value, '$.seeds'), 0)
  FROM runs, json_each(runs.arms)
  WHERE json_valid(runs.arms) AND json_extract(value, '$.id') IS NOT NULL AND json_extract(value, '$.task') IS NOT NULL
`

export const said: Migration = { name: '008-said', up: (db) => void db.exec(SCHEMA + NAMES) }
