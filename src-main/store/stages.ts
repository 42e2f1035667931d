import type { Database } from 'better-sqlite3'
import type { Cause } from '../../src-preload/contract'
import type { Role, StageKind } from '../science/stages'

export type StoredState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted'
export interface StageRow {
  id: number
  key: string
  kind: StageKind
  role: Role | null
  title: string
  /** The stage's config, as JSON. */
  config: string
  state: StoredState
  /** Counts the times it was started; facts are kept under the attempt that made them. */
  attempt: number
  /** The attempt that finished; 0 when none has. */
  doneAttempt: number
  backend: string
  device: string
  /** That computed; null where that is not known. */
  threads: number | null
  /** Instruction set of the kernels; null where that is not known. */
  isa: string | null
  reason: string
  startedAt: number | null
  endedAt: number | null
  done: number
  total: number
  unit: string
  /** Part of the work that is done, 0 to 1. */
  share: number
  /** What is being done beside the counted thing; else ''. */
  phase: string
  etaSeconds: number | null
  /**
   * What of the time from `startedAt` to `endedAt` was no work, in ms: pauses, and by how much the wall clock was set
   * forward meanwhile (less than nothing where it was set back).
   */
  pausedMs: number
  error: string
  /** Why it failed, where that is known. */
  cause: Cause | ''
}
export type NewStage = Pick<StageRow, 'key' | 'kind' | 'role' | 'title' | 'config'>
/** Where a stage is computed, and why there. */
export type Place = Pick<StageRow, 'backend' | 'device' | 'threads' | 'isa' | 'reason'>
export type Progress = Pick<StageRow, 'done' | 'total' | 'unit' | 'share' | 'phase' | 'etaSeconds'>
/** A stage that is finished, or will be after so many seconds in all: for estimates. */
export type Timed = Pick<StageRow, 'kind' | 'config' | 'backend'> & {
  /** Config of the stage in its role `data`, as JSON; null when it has none. */
  dataConfig: string | null
  seconds: number
}

const LIVE = `EXISTS (SELECT 1 FROM run_stages rs JOIN runs r ON r.id = rs.run WHERE rs.stage = stages.id AND r.ended IS NULL)`

/** Stages, shared by all runs that want the same key. */
export function stagesTable(db: Database) {
  return { ...stageReads(db), ...stageWrites(db), ...stageEnds(db) }
}
export type Stages = ReturnType<typeof stagesTable>

function stageReads(db: Database) {
  const byKey = db.prepare<[string], StageRow>('SELECT * FROM stages WHERE key = ?')
  const all = db.prepare<[], StageRow>('SELECT * FROM stages ORDER BY id')
  const inState = db.prepare<[StoredState], StageRow>('SELECT * FROM stages WHERE state = ? ORDER BY id')
  // The whole queue: wanted by a live run, waiting, and every need done; by the runs' order, then the plan's.
  const ready = db.prepare<[number], StageRow>(`
    SELECT s.* FROM runs r JOIN run_stages rs ON rs.run = r.id JOIN stages s ON s.id = rs.stage
    WHERE r.ended IS NULL AND s.state = 'waiting' AND NOT rs.held AND NOT EXISTS (
      SELECT 1 FROM needs n JOIN stages needed ON needed.id = n.need
      WHERE n.stage = s.id AND needed.state <> 'done')
    ORDER BY r.rank, rs.position LIMIT ?`)
  const waiting = db.prepare<[], number>(`SELECT count(*) FROM stages WHERE state = 'waiting' AND ${LIVE}`).pluck()
  const wanted = db.prepare<[number], number>(`SELECT count(*) FROM stages WHERE id = ? AND ${LIVE}`).pluck()
  const orphans = db.prepare<[number], StageRow>(
    'SELECT * FROM stages WHERE NOT EXISTS (SELECT 1 FROM run_stages WHERE stage = stages.id) ORDER BY id DESC LIMIT ?',
  )
  const timed = (until: string) => `
    SELECT s.kind, s.config, s.backend, data.config AS dataConfig, ${until} - (s.startedAt + s.pausedMs) / 1000.0 AS seconds
    FROM stages s LEFT JOIN needs n ON n.stage = s.id AND n.role = 'data' LEFT JOIN stages data ON data.id = n.need`
  const underway = db.prepare<[number, number], Timed>(
    `${timed('? / 1000.0 + s.etaSeconds')} WHERE s.state = 'running' AND s.etaSeconds IS NOT NULL AND s.share >= ?`,
  )
  const finished = db.prepare<[], Timed>(`${timed('s.endedAt / 1000.0')}
    WHERE s.state = 'done' AND s.doneAttempt <= 1 AND s.endedAt - s.startedAt > s.pausedMs ORDER BY s.endedAt DESC LIMIT 200`)
  return {
    byKey: (key: string) => byKey.get(key),
    all: () => all.all(),
    inState: (state: StoredState) => inState.all(state),
    /** Up to `limit` stages (all: -1) that could be run now, the next one first. */
    ready: (limit: number) => ready.all(limit),
    /** How many stages wait for their turn. */
    waiting: () => waiting.get() ?? 0,
    /** Whether a live run has this stage. */
    isWanted: (id: number) => (wanted.get(id) ?? 0) > 0,
    /** Up to `limit` stages of no run, dependents before their needs. */
    orphans: (limit: number) => orphans.all(limit),
    /** What runs and has done at least this share of its work; `now` in ms. */
    underway: (now: number, share: number) => underway.all(now, share),
    /** The latest finished stages that were run here, newest first; at one go, since a later one goes on from an earlier. */
    finished: () => finished.all(),
  }
}

function stageWrites(db: Database) {
  const ensure = db.prepare<[NewStage], StageRow>(`
    INSERT INTO stages (key, kind, role, title, config) VALUES (@key, @kind, @role, @title, @config)
    ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING *`)
  const claim = db.prepare<[number | null, number]>(`
    UPDATE stages SET state = 'running', attempt = attempt + 1, startedAt = ?, endedAt = NULL, error = '', cause = '',
      done = 0, total = 0, unit = '', share = 0, phase = '', etaSeconds = NULL, pausedMs = 0, backend = '', device = '', threads = NULL,
      isa = NULL, reason = '' WHERE id = ?`)
  const started = db.prepare<[Place & { id: number }]>(
    'UPDATE stages SET backend = @backend, device = @device, threads = @threads, isa = @isa, reason = @reason WHERE id = @id',
  )
  const progress = db.prepare<[Progress & { id: number }]>(`
    UPDATE stages SET done = @done, total = @total, unit = @unit, share = @share, phase = @phase, etaSeconds = @etaSeconds
    WHERE id = @id`)
  const paused = db.prepare<[number, number]>('UPDATE stages SET pausedMs = pausedMs + ? WHERE id = ?')
  const worked = db.prepare<[number, number]>(
    'UPDATE stages SET pausedMs = endedAt - startedAt - ? WHERE id = ? AND endedAt IS NOT NULL',
  )
  const remove = db.prepare<[number]>('DELETE FROM stages WHERE id = ?')
  return {
    /** Adds the stage unless its key is there already; gives its row. */
    ensure: (stage: NewStage) => ensure.get(stage)!,
    /** Takes the stage from the queue: a new attempt begins. */
    claim: (id: number, at: number | null) => void claim.run(at, id),
    setPlace: (id: number, { backend, device, threads, isa, reason }: Place) =>
      void started.run({ id, backend, device, threads, isa, reason }),
    setProgress: (id: number, { done, total, unit, share, phase, etaSeconds }: Progress) =>
      void progress.run({ id, done, total, unit, share, phase, etaSeconds }),
    /** The stage was held for so long. */
    addPause: (id: number, ms: number) => void paused.run(Math.round(ms), id),
    /** An ended stage has worked for so long, whatever the wall clock says. */
    setWorked: (id: number, ms: number) => void worked.run(Math.round(ms), id),
    remove: (id: number) => void remove.run(id),
  }
}

/** How stages come to stand still. */
function stageEnds(db: Database) {
  const end = db.prepare<[StoredState, number, string, string, number]>(
    'UPDATE stages SET state = ?, endedAt = ?, error = ?, cause = ?, etaSeconds = NULL WHERE id = ?',
  )
  const finish = db.prepare<[number | null, number]>(
    `UPDATE stages SET state = 'done', doneAttempt = attempt, endedAt = ?, error = '', cause = '', etaSeconds = NULL WHERE id = ?`,
  )
  const wait = db.prepare<[number]>(
    `UPDATE stages SET state = 'waiting', error = '', cause = '', done = 0, total = 0, share = 0, phase = '' WHERE id = ?`,
  )
  const failDependents = db.prepare<[{ id: number; at: number; error: string }]>(`
    WITH RECURSIVE hit(id) AS (
      SELECT stage FROM needs WHERE need = @id
      UNION SELECT n.stage FROM needs n JOIN hit ON n.need = hit.id)
    UPDATE stages SET state = 'failed', startedAt = NULL, endedAt = @at, error = @error WHERE state = 'waiting' AND id IN hit`)
  const leave = db.prepare<[StoredState, string]>(`
    UPDATE stages SET state = ?
    WHERE state = 'waiting' AND id IN (SELECT stage FROM run_stages WHERE run = ?) AND NOT ${LIVE}`)
  return {
    /** Ends the current attempt without a result. */
    end: (
      id: number,
      state: 'failed' | 'cancelled' | 'interrupted',
      at: number,
      error: string,
      cause: StageRow['cause'] = '',
    ) => void end.run(state, at, error, cause, id),
    /** The current attempt is the one that counts from now on. */
    finish: (id: number, at: number | null) => void finish.run(at, id),
    /** Back into the queue of whatever live run wants it. */
    wait: (id: number) => void wait.run(id),
    /** Everything waiting that needs this stage, directly or not, fails with `error`, not begun. */
    failDependents: (id: number, at: number, error: string) => void failDependents.run({ id, at, error }),
    /** The waiting stages of an ended run that no live run wants get `state`. */
    leaveQueue: (run: string, state: 'cancelled' | 'interrupted') => void leave.run(state, run),
  }
}
