import type { Database } from 'better-sqlite3'

export interface MarkRow {
  run: string
  /** The user's own name for the run; '' where it keeps the one of its spec. */
  name: string
  /** Markdown. */
  notes: string
  /** string[], as JSON. */
  tags: string
  hidden: 0 | 1
  starred: 0 | 1
  /** When it was put into the trash; null while it is not there. */
  trashedAt: number | null
}

/** What the user says of runs; one that nothing is said of has no row. */
export function marksTable(db: Database) {
  const put = db.prepare<[MarkRow]>(`
    INSERT OR REPLACE INTO marks (run, name, notes, tags, hidden, starred, trashedAt)
    VALUES (@run, @name, @notes, @tags, @hidden, @starred, @trashedAt)`)
  const get = db.prepare<[string], MarkRow>('SELECT * FROM marks WHERE run = ?')
  const all = db.prepare<[], MarkRow>('SELECT * FROM marks')
  const trashed = db.prepare<[number], string>('SELECT run FROM marks WHERE trashedAt <= ? ORDER BY trashedAt').pluck()
  return {
    put: (row: MarkRow) => void put.run(row),
    get: (run: string) => get.get(run),
    all: () => all.all(),
    /** Ids of the runs that were in the trash at this time and still are. */
    trashed: (at: number) => trashed.all(at),
  }
}
export type Marks = ReturnType<typeof marksTable>
