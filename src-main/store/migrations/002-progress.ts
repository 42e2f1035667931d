import type { Migration } from './migration'

/** How far a stage is in parts of its work and in words; how long it was paused, so that estimates leave that out. */
export const progress: Migration = {
  name: '002-progress',
  up: (db) =>
    db.exec(`
      ALTER TABLE stages ADD COLUMN share REAL NOT NULL DEFAULT 0;
      ALTER TABLE stages ADD COLUMN phase TEXT NOT NULL DEFAULT '';
      ALTER TABLE stages ADD COLUMN pausedMs INTEGER NOT NULL DEFAULT 0;
    `),
}
