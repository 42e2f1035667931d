import type { Database } from 'better-sqlite3'
import type { CardRead } from '../science/readings'

/** The cards that attempts of stages computed on; an attempt is on one. */
export function cardsTable(db: Database) {
  const insert = db.prepare<[number, number, string, string]>(
    'INSERT OR IGNORE INTO cards (stage, attempt, uuid, name) VALUES (?, ?, ?, ?)',
  )
  const of = db.prepare<[number, number], CardRead>('SELECT uuid, name FROM cards WHERE stage = ? AND attempt = ?')
  const ofRun = db.prepare<[string], CardRead & { key: string }>(`
    SELECT s.key, c.uuid, c.name
    FROM run_stages rs JOIN stages s ON s.id = rs.stage
      JOIN cards c ON c.stage = s.id AND c.attempt = CASE s.doneAttempt WHEN 0 THEN s.attempt ELSE s.doneAttempt END
    WHERE rs.run = ?`)
  return {
    /** Part of the caller's transaction. */
    insert: (stage: number, attempt: number, { uuid, name }: CardRead) => void insert.run(stage, attempt, uuid, name),
    /** None where it was on none, or is not known. */
    of: (stage: number, attempt: number) => of.get(stage, attempt),
    /** By key of the stages of a run, of each the attempt that counts, or the latest. */
    ofRun: (run: string) => new Map(ofRun.all(run).map(({ key, ...card }): [string, CardRead] => [key, card])),
  }
}
export type StageCards = ReturnType<typeof cardsTable>
