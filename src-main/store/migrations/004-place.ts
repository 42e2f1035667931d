import type { Migration } from './migration'

/** Threads and instruction set of a stage, which stood in the words of its device alone; null where not known. */
export const place: Migration = {
  name: '004-place',
  up: (db) =>
    db.exec(`
      ALTER TABLE stages ADD COLUMN threads INTEGER;
      ALTER TABLE stages ADD COLUMN isa TEXT;
    `),
}
