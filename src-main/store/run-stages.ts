import type { Database } from 'better-sqlite3'
import type { StageRow } from './stages'

export type RunStageRow = StageRow & { position: number; cached: 0 | 1 }

/** The stages of each run, in the plan's order. */
export function runStagesTable(db: Database) {
  const insert = db.prepare<[{ run: string; stage: number; position: number; cached: number }]>(
    `INSERT INTO run_stages (run, stage, position, cached, attempt)
     VALUES (@run, @stage, @position, @cached, (SELECT attempt FROM stages WHERE id = @stage))`,
  )
  const of = db.prepare<[string], RunStageRow>(`
    SELECT s.*, rs.position, rs.cached FROM run_stages rs JOIN stages s ON s.id = rs.stage
    WHERE rs.run = ? ORDER BY rs.position`)
  return {
    /** `cached`: whether the run found it already done. */
    insert: (run: string, stage: number, position: number, cached: boolean) =>
      void insert.run({ run, stage, position, cached: Number(cached) }),
    of: (run: string) => of.all(run),
  }
}
export type RunStages = ReturnType<typeof runStagesTable>
