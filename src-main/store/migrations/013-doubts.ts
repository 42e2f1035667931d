import type { Migration } from './migration'

/** Why a PGR is hardly a number; null of figures that an earlier version wrote. */
const SCHEMA = `ALTER TABLE figures ADD COLUMN warning TEXT`

export const doubts: Migration = { name: '013-doubts', up: (db) => void db.exec(SCHEMA) }
