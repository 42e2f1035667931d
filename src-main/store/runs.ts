import type { Database } from 'better-sqlite3'
import { earlierSeconds } from './use'

export type RunEnd = 'done' | 'failed' | 'cancelled' | 'interrupted'
export interface RunRow {
  id: string
  name: string
  question: string
  /** ExperimentSpec, as JSON. */
  spec: string
  /** Arm[], as JSON. */
  arms: string
  createdAt: number
  /** When it last joined the queue. */
  queuedAt: number
  /** Its place in the queue: live runs are worked on in this order. No two have the same. */
  rank: number
  endedAt: number | null
  /** How it ended; null while it is live, i.e. its stages are wanted. */
  ended: RunEnd | null
  headline: string
  /** What was expected of it, as JSON; '' where nothing was. */
  expected: string
}
export type NewRun = Omit<RunRow, 'rank' | 'expected'>
export type RunCounts = RunRow & {
  /** Whether a stage is at work for it: one that no run before it in the queue wants. */
  running: 0 | 1
  /** Whether a stage of it is at work for a run before it. */
  sharing: 0 | 1
  stagesDone: number
  stagesTotal: number
  /**
   * That stages have worked that were begun since the run was made and are over, pauses left out, and what is known of
   * attempts since then that they went on from.
   */
  seconds: number
}

/** The rank behind all others. */
const LAST = '(SELECT coalesce(max(rank), 0) + 1 FROM runs)'

/** Runs: what was asked, and how it ended. */
export function runsTable(db: Database) {
  const insert = db.prepare<[NewRun]>(`
    INSERT INTO runs (id, name, question, spec, arms, createdAt, queuedAt, rank, endedAt, ended, headline)
    VALUES (@id, @name, @question, @spec, @arms, @createdAt, @queuedAt, ${LAST}, @endedAt, @ended, @headline)`)
  const before = `
    EXISTS (SELECT 1 FROM run_stages other JOIN runs first ON first.id = other.run
      WHERE other.stage = s.id AND first.ended IS NULL
        AND first.rank < runs.rank)`
  const counted = `
    SELECT runs.*, coalesce(max(s.state = 'running' AND NOT ${before}), 0) AS running,
      coalesce(max(s.state = 'running' AND ${before}), 0) AS sharing, coalesce(sum(s.state = 'done'), 0) AS stagesDone,
      count(s.id) AS stagesTotal,
      coalesce(sum(iif(coalesce(s.attempt > rs.attempt, s.startedAt >= runs.createdAt AND NOT rs.cached),
        (s.endedAt - s.startedAt - s.pausedMs) / 1000.0 + ${earlierSeconds('coalesce(rs.attempt, 0)')}, 0)), 0) AS seconds
    FROM runs LEFT JOIN run_stages rs ON rs.run = runs.id LEFT JOIN stages s ON s.id = rs.stage`
  const get = db.prepare<[string], RunCounts>(`${counted} WHERE runs.id = ? GROUP BY runs.id`)
  const all = db.prepare<[], RunCounts>(`${counted} GROUP BY runs.id ORDER BY runs.createdAt DESC, runs.rowid DESC`)
  // What was found so far is not what was found: until that is told, and if it never is, there is no headline.
  const end = db.prepare<{ how: RunEnd; at: number; id: string }>(`
    UPDATE runs SET ended = @how, endedAt = @at, headline = iif(@how = 'done', '', headline)
    WHERE id = @id AND ended IS NULL`)
  const reopen = db.prepare<[number, string]>(
    `UPDATE runs SET ended = NULL, endedAt = NULL, queuedAt = ?, rank = iif(ended = 'interrupted', rank, ${LAST}) WHERE id = ?`,
  )
  const headline = db.prepare<[string, string]>('UPDATE runs SET headline = ? WHERE id = ?')
  const expected = db.prepare<[string, string]>('UPDATE runs SET expected = ? WHERE id = ?')
  const remove = db.prepare<[string]>('DELETE FROM runs WHERE id = ?')
  // Nothing waits or runs any more: `done` when everything is, else `failed`.
  const settled = db.prepare<[], { id: string; ended: RunEnd }>(`
    SELECT r.id, iif(sum(s.state <> 'done') = 0, 'done', 'failed') AS ended
    FROM runs r JOIN run_stages rs ON rs.run = r.id JOIN stages s ON s.id = rs.stage
    WHERE r.ended IS NULL GROUP BY r.id HAVING sum(s.state IN ('waiting', 'running')) = 0`)
  const wanting = db.prepare<[number], string>('SELECT run FROM run_stages WHERE stage = ?').pluck()

  return {
    insert: (row: NewRun) => void insert.run(row),
    get: (id: string) => get.get(id),
    /** Newest first. */
    all: () => all.all(),
    ...queueOrder(db),
    end: (id: string, how: RunEnd, at: number) => void end.run({ how, at, id }),
    /** Makes an ended run live again, at the end of the queue; one that was interrupted in the place that it had. */
    reopen: (id: string, at: number) => void reopen.run(at, id),
    setHeadline: (id: string, text: string) => void headline.run(text, id),
    setExpected: (id: string, json: string) => void expected.run(json, id),
    /** Its place among the stages goes with it; the stages stay. */
    remove: (id: string) => void remove.run(id),
    /** Live runs that have nothing left to do, with how they end. */
    settled: () => settled.all(),
    /** Ids of every run that has this stage. */
    withStage: (stage: number) => wanting.all(stage),
  }
}
/** The order of the queue. */
function queueOrder(db: Database) {
  const live = db.prepare<[], string>('SELECT id FROM runs WHERE ended IS NULL ORDER BY rank').pluck()
  const ranks = db.prepare<[], number>('SELECT rank FROM runs WHERE ended IS NULL ORDER BY rank').pluck()
  const place = db.prepare<[number, string]>('UPDATE runs SET rank = ? WHERE id = ?')
  /** Live runs share out the ranks that they have: no other run is touched. */
  const reorder = db.transaction((ids: readonly string[]) => {
    for (const [i, rank] of ranks.all().entries()) place.run(rank, ids[i]!)
  })
  return {
    /** Ids of the runs whose stages are wanted, in the order of the queue. */
    live: () => live.all(),
    /** Puts a live run before another one of the queue, or behind all. */
    move(id: string, before: string | null): void {
      const others = live.all().filter((other) => other !== id)
      const at = before === null ? others.length : others.indexOf(before)
      reorder(others.toSpliced(at, 0, id))
    },
  }
}
export type Runs = ReturnType<typeof runsTable>
