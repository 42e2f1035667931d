import type { Database } from 'better-sqlite3'

export interface HoldRow {
  run: string
  /** Id of the arm. */
  arm: string
  cause: string
  /** How many stages had failed for it when the arm was held, or let go last. */
  failures: number
  held: 0 | 1
}

/** Arms whose waiting stages are held back in a run, and which stages these are. */
export function holdsTable(db: Database) {
  const put = db.prepare<[HoldRow]>(`
    INSERT INTO holds (run, arm, cause, failures, held) VALUES (@run, @arm, @cause, @failures, @held)
    ON CONFLICT (run, arm, cause) DO UPDATE SET failures = excluded.failures, held = excluded.held`)
  const ofRun = db.prepare<[string], HoldRow>('SELECT * FROM holds WHERE run = ? ORDER BY arm, cause')
  const live = db.prepare<[], HoldRow>(
    'SELECT h.* FROM holds h JOIN runs r ON r.id = h.run WHERE h.held AND r.ended IS NULL ORDER BY h.run, h.arm',
  )
  const clear = db.prepare<[string]>('DELETE FROM holds WHERE run = ?')
  const free = db.prepare<[string]>('UPDATE run_stages SET held = 0 WHERE run = ? AND held')
  const hold = db.prepare<[string, number]>('UPDATE run_stages SET held = 1 WHERE run = ? AND stage = ?')
  return {
    put: (row: HoldRow) => void put.run(row),
    of: (run: string) => ofRun.all(run),
    /** Those that hold back a run of the queue. */
    live: () => live.all(),
    /** Forgets all of a run. */
    clear(run: string): void {
      clear.run(run)
      free.run(run)
    },
    /** These stages of the run are held back, no other. */
    set(run: string, stages: Iterable<number>): void {
      free.run(run)
      for (const stage of stages) hold.run(run, stage)
    },
  }
}
export type Holds = ReturnType<typeof holdsTable>
