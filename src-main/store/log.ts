import type { Database } from 'better-sqlite3'

export interface LogRow {
  at: number
  level: string
  text: string
}

/** What the engine said about a stage, in words. */
export function logTable(db: Database) {
  const insert = db.prepare<[number, number, number, string, string]>(
    'INSERT OR IGNORE INTO log (stage, attempt, at, level, text) VALUES (?, ?, ?, ?, ?)',
  )
  const ofRun = db.prepare<[string, number], LogRow & { key: string }>(`
    SELECT * FROM (
      SELECT s.key, l.at, l.level, l.text FROM run_stages rs JOIN stages s ON s.id = rs.stage JOIN log l ON l.stage = s.id
      WHERE rs.run = ? ORDER BY l.at DESC LIMIT ?)
    ORDER BY at`)
  const isSaid = db.prepare<[number, string], { said: number }>(`
    SELECT NOT EXISTS (
      SELECT 1 FROM run_stages own WHERE own.stage = ? AND NOT EXISTS (
        SELECT 1 FROM run_stages rs JOIN log l ON l.stage = rs.stage WHERE rs.run = own.run AND l.text = ?)) AS said`)
  return {
    insert: (stage: number, attempt: number, l: LogRow) => void insert.run(stage, attempt, l.at, l.level, l.text),
    /** Whether every run of a stage has this line already, of whichever of its stages. */
    isSaid: (stage: number, text: string) => isSaid.get(stage, text)!.said === 1,
    /** The latest lines of a run's stages, oldest first. */
    ofRun: (run: string, limit: number) => ofRun.all(run, limit),
  }
}
export type Log = ReturnType<typeof logTable>
