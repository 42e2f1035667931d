import type { Database } from 'better-sqlite3'
import type { StageRow } from './stages'
import { earlierSeconds } from './use'

export type RunStageRow = StageRow & {
  position: number
  cached: 0 | 1
  /** What the stage is in that run, as JSON; '' where an earlier version recorded it. */
  facts: string
  /** That are known of earlier attempts which the latest one went on from. */
  earlierSeconds: number
}

/** The stages of each run, in the plan's order. */
export function runStagesTable(db: Database) {
  const insert = db.prepare<[{ run: string; stage: number; position: number; cached: number; facts: string }]>(
    `INSERT INTO run_stages (run, stage, position, cached, attempt, facts)
     VALUES (@run, @stage, @position, @cached, (SELECT attempt FROM stages WHERE id = @stage), @facts)`,
  )
  const of = db.prepare<[string], RunStageRow>(`
    SELECT s.*, rs.position, rs.cached, rs.facts, ${earlierSeconds('0')} AS earlierSeconds FROM run_stages rs JOIN stages s ON s.id = rs.stage
    WHERE rs.run = ? ORDER BY rs.position`)
  return {
    /** `cached`: whether the run found it already done. */
    insert: (run: string, stage: number, position: number, cached: boolean, facts = '') =>
      void insert.run({ run, stage, position, cached: Number(cached), facts }),
    of: (run: string) => of.all(run),
  }
}
export type RunStages = ReturnType<typeof runStagesTable>
