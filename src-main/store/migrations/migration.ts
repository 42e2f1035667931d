import type { Database } from 'better-sqlite3'

/** One numbered change of the schema. A released one is never edited: what follows gets the next number. */
export interface Migration {
  /** `NNN-words`; the applied names are stored. */
  name: string
  up(db: Database): void
}
