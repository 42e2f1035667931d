import type { Database } from 'better-sqlite3'

export interface RuleRow {
  study: string
  setAt: number
  /** Rule, as JSON; 'null' where it was withdrawn. */
  rule: string
  /** How many students of the study were finished when it was set. */
  students: number
}

/** Decision rules of studies as they were set, one after the other: none is ever changed. */
export function rulesTable(db: Database) {
  const add = db.prepare<[RuleRow]>(
    'INSERT INTO rules (study, setAt, rule, students) VALUES (@study, @setAt, @rule, @students)',
  )
  const of = db.prepare<[string], RuleRow>('SELECT study, setAt, rule, students FROM rules WHERE study = ? ORDER BY id')
  return {
    add: (row: RuleRow) => void add.run(row),
    /** The oldest first; the last one holds. */
    of: (study: string) => of.all(study),
  }
}
export type Rules = ReturnType<typeof rulesTable>
