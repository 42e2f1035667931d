import type { Migration } from './migration'

/** The order of the queue, which the user sets: until now it was told by a time of joining that was made up to fit. */
const SCHEMA = `
  ALTER TABLE runs ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
  UPDATE runs SET rank = ranked.rank
  FROM (SELECT id, row_number() OVER (ORDER BY queuedAt, rowid) AS rank FROM runs) AS ranked WHERE ranked.id = runs.id;
`

export const queueOrder: Migration = { name: '010-queue-order', up: (db) => void db.exec(SCHEMA) }
