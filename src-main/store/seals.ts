import type { Database } from 'better-sqlite3'

export interface SealRow {
  study: string
  at: number
  /** 1 where it was sealed then, 0 where it was opened. */
  sealed: 0 | 1
  /** How many looks there had been. */
  looks: number
}

/** Seals of what is found on test rows of a study, as they were set and opened: none is ever changed. */
export function sealsTable(db: Database) {
  const add = db.prepare<[SealRow]>(
    'INSERT INTO seals (study, at, sealed, looks) VALUES (@study, @at, @sealed, @looks)',
  )
  const of = db.prepare<[string], SealRow>('SELECT study, at, sealed, looks FROM seals WHERE study = ? ORDER BY id')
  return {
    add: (row: SealRow) => void add.run(row),
    /** The oldest first; the last one holds. */
    of: (study: string) => of.all(study),
  }
}
export type Seals = ReturnType<typeof sealsTable>
