import type { Migration } from './migration'

/** Predictions lie in the artifacts of their trainings, each with its checksum; the copies here had none. */
export const predictionsOnDisk: Migration = {
  name: '003-predictions-on-disk',
  up: (db) => db.exec('DROP TABLE predictions'),
}
