import type { Database } from 'better-sqlite3'

export interface StudyRow {
  id: string
  /** '' of a run that stands alone. */
  question: string
  /** Markdown. */
  notes: string
}

/** What the user says of studies; one that nothing is said of has no row. */
export function studiesTable(db: Database) {
  const put = db.prepare<[StudyRow]>(`
    INSERT INTO studies (id, question, notes) VALUES (@id, @question, @notes)
    ON CONFLICT (id) DO UPDATE SET question = excluded.question, notes = excluded.notes`)
  const get = db.prepare<[string], StudyRow>('SELECT * FROM studies WHERE id = ?')
  const all = db.prepare<[], StudyRow>('SELECT * FROM studies ORDER BY question')
  const remove = db.prepare<[string]>('DELETE FROM studies WHERE id = ?')
  return {
    put: (row: StudyRow) => void put.run(row),
    get: (id: string) => get.get(id),
    all: () => all.all(),
    /** What is said of it goes, its rules too; runs stay. */
    remove: (id: string) => void remove.run(id),
  }
}
export type Studies = ReturnType<typeof studiesTable>
