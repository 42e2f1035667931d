import type { Database } from 'better-sqlite3'

export interface NeedRow {
  role: string
  /** Key of the stage that fills the role. */
  key: string
}

/** Which stage needs which, and as what. */
export function needsTable(db: Database) {
  const insert = db.prepare<[number, string, string]>(
    'INSERT OR IGNORE INTO needs (stage, role, need) SELECT ?, ?, id FROM stages WHERE key = ?',
  )
  const of = db.prepare<[number], NeedRow>(
    'SELECT n.role, s.key FROM needs n JOIN stages s ON s.id = n.need WHERE n.stage = ? ORDER BY n.role',
  )
  return {
    insert: (stage: number, role: string, key: string) => void insert.run(stage, role, key),
    of: (stage: number) => of.all(stage),
  }
}
export type Needs = ReturnType<typeof needsTable>
