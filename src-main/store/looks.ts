import type { Database } from 'better-sqlite3'

export interface LookRow {
  study: string
  /** '' where all runs of the study were looked at. */
  run: string
  /** What was read, e.g. 'result'. */
  what: string
  at: number
}

/** Looks at what was found on test rows: each is added once, none is ever changed. */
export function looksTable(db: Database) {
  const add = db.prepare<[LookRow]>('INSERT INTO looks (study, run, what, at) VALUES (@study, @run, @what, @at)')
  const before = db.prepare<[string, number], { n: number; firstAt: number | null }>(
    'SELECT count(*) AS n, min(at) AS firstAt FROM looks WHERE study = ? AND id < ?',
  )
  return {
    /** Gives its number: later ones have higher numbers. */
    add: (row: LookRow) => Number(add.run(row).lastInsertRowid),
    /** How many of a study there were before the one of this number, and when the first was. */
    before: (study: string, id: number) => before.get(study, id)!,
  }
}
export type Looks = ReturnType<typeof looksTable>
