import type { Migration } from './migration'

/** What each stage is in each run, as JSON: a stage that runs share is told by what stands beside it in each of them. */
export const stageFacts: Migration = {
  name: '006-stage-facts',
  up: (db) => db.exec(`ALTER TABLE run_stages ADD COLUMN facts TEXT NOT NULL DEFAULT ''`),
}
