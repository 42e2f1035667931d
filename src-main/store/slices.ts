import type { Database } from 'better-sqlite3'

export interface SliceRow {
  task: string
  name: string
  /** ExampleFilter, as JSON. */
  filter: string
}

/** Filters of examples under names. */
export function slicesTable(db: Database) {
  const put = db.prepare<[SliceRow]>(
    'INSERT OR REPLACE INTO slices (task, name, filter) VALUES (@task, @name, @filter)',
  )
  const remove = db.prepare<[string, string]>('DELETE FROM slices WHERE task = ? AND name = ?')
  const of = db.prepare<[string], SliceRow>('SELECT * FROM slices WHERE task = ? ORDER BY name')
  return {
    put: (row: SliceRow) => void put.run(row),
    remove: (task: string, name: string) => void remove.run(task, name),
    of: (task: string) => of.all(task),
  }
}
export type Slices = ReturnType<typeof slicesTable>
