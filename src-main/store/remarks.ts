import type { Database } from 'better-sqlite3'

export interface RemarkRow {
  task: string
  /** The example by its content, so that it is the same one in every run. */
  example: string
  /** 1 to 5; 0 for none. */
  flag: number
  note: string
}

/** What the user says of examples; one that nothing is said of has no row. Data are never changed by it. */
export function remarksTable(db: Database) {
  const put = db.prepare<[RemarkRow]>(
    'INSERT OR REPLACE INTO remarks (task, example, flag, note) VALUES (@task, @example, @flag, @note)',
  )
  const remove = db.prepare<[string, string]>('DELETE FROM remarks WHERE task = ? AND example = ?')
  const of = db.prepare<[string], RemarkRow>('SELECT * FROM remarks WHERE task = ? ORDER BY example')
  return {
    put: (row: RemarkRow) => void put.run(row),
    remove: (task: string, example: string) => void remove.run(task, example),
    of: (task: string) => of.all(task),
  }
}
export type Remarks = ReturnType<typeof remarksTable>
