import type { Migration } from './migration'

/**
 * Which attempt of a stage was the latest when a run came to want it: what has been tried since was for this run,
 * whatever the wall clock says. Null for runs of earlier versions.
 */
export const attempts: Migration = {
  name: '005-attempts',
  up: (db) => db.exec('ALTER TABLE run_stages ADD COLUMN attempt INTEGER'),
}
