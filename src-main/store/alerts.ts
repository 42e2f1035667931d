import type { Database } from 'better-sqlite3'

export interface AlertRow {
  /** Key of the stage. */
  key: string
  kind: string
  at: number
  text: string
}

/** What was noticed of stages, once an attempt and kind; what was seen is not told again. */
export function alertsTable(db: Database) {
  const insert = db.prepare<[number, number, string, number, string]>(
    'INSERT OR IGNORE INTO alerts (stage, attempt, kind, at, text) VALUES (?, ?, ?, ?, ?)',
  )
  const open = db.prepare<[], AlertRow & { run: string }>(`
    SELECT s.key, a.kind, a.at, a.text, max(rs.run) AS run
    FROM alerts a JOIN stages s ON s.id = a.stage AND s.attempt = a.attempt JOIN run_stages rs ON rs.stage = s.id
    LEFT JOIN marks m ON m.run = rs.run
    WHERE NOT a.seen AND m.trashedAt IS NULL GROUP BY a.stage, a.kind ORDER BY a.at DESC LIMIT 100`)
  const see = db.prepare<[string, string]>(
    'UPDATE alerts SET seen = 1 WHERE kind = ? AND stage = (SELECT id FROM stages WHERE key = ?)',
  )
  return {
    /** Whether it is new. */
    insert: (stage: number, attempt: number, { kind, at, text }: Omit<AlertRow, 'key'>): boolean =>
      insert.run(stage, attempt, kind, at, text).changes > 0,
    /** Those of the latest attempts that were not seen, newest first, each with one of the runs that have its stage. */
    open: () => open.all(),
    see: (key: string, kind: string) => void see.run(kind, key),
  }
}
export type Alerts = ReturnType<typeof alertsTable>
