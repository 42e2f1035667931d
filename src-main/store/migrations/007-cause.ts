import type { Migration } from './migration'

/** Why a stage failed, in a word, where that is known: the sentence beside it is for people. */
export const cause: Migration = {
  name: '007-cause',
  up: (db) => db.exec(`ALTER TABLE stages ADD COLUMN cause TEXT NOT NULL DEFAULT ''`),
}
