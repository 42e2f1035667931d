import type { Database } from 'better-sqlite3'
import type { CardRead } from '../science/readings'

/** The cards that attempts of stages computed on; an attempt is on one. */
export function cardsTable(db: Database) {
  const insert = db.prepare<[number, number, string, string]>(
    'INSERT OR IGNORE INTO cards (stage, attempt, uuid, name) VALUES (?, ?, ?, ?)',
  )
  const of = db.prepare<[number, number], CardRead>('SELECT uuid, name FROM cards WHERE stage = ? AND attempt = ?')
  return {
    /** Part of the caller's transaction. */
    insert: (stage: number, attempt: number, { uuid, name }: CardRead) => void insert.run(stage, attempt, uuid, name),
    /** None where it was on none, or is not known. */
    of: (stage: number, attempt: number) => of.get(stage, attempt),
  }
}
export type StageCards = ReturnType<typeof cardsTable>
