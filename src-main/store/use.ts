import type { Database } from 'better-sqlite3'
import type { CardRead, ReadingName, Readings } from '../science/readings'
import type { StageKind } from '../science/stages'
import { wentOn } from './clock'

/** A quantity over all of an attempt. */
export interface UseTotal {
  name: ReadingName
  /** That its samples stand for. */
  seconds: number
  /** By time. */
  mean: number
  low: number
  high: number
}
/** The same over a stretch, which ends `at` seconds after the attempt began: what `seconds` lacks of its width was not sampled. */
export type UseRow = UseTotal & { at: number }
/** The same of a finished stage: for estimates. */
export type PastUse = UseTotal & {
  kind: StageKind
  /** Its config, and that of the stage in its role `data`, as JSON; null when it has none. */
  config: string
  dataConfig: string | null
  /** Uuid of the card that it computed on; null where that was on none, or is not known. */
  card: string | null
}

/** The same of one attempt at a stage of a run: the one that counts, or one that it went on from. */
type RunUse = UseTotal & {
  key: string
  /** Whether it was for this run. */
  own: boolean
  /** That it computed on; undefined where that was on none, or is not known. */
  card: CardRead | undefined
}

/** So many rows a quantity and attempt are kept at most, */
const MOST = 120
/** which are then drawn together into so many stretches of equal width. */
const STRETCHES = 60

type Of = { stage: number; attempt: number }
const MEAN = 'sum(mean * seconds) / sum(seconds) AS mean'

/** SQL: seconds that were sampled of attempts of stage `s` behind attempt `behind` that its latest one went on from. */
export const earlierSeconds = (behind: string): string => `
  iif(s.attempt > 1, coalesce((SELECT sum(worked) FROM (
    SELECT max(u.seconds) AS worked FROM useTotals u
    WHERE u.stage = s.id AND u.attempt > ${behind} AND ${wentOn('s.id', 'u.attempt', 's.attempt')}
    GROUP BY u.attempt)), 0), 0)`

/** What stages used in all. */
function usedInAll(db: Database) {
  const counts = 'iif(s.doneAttempt = 0, s.attempt, s.doneAttempt)'
  const totals = db.prepare<
    [string],
    UseTotal & { key: string; own: 0 | 1; uuid: string | null; card: string | null }
  >(`
    SELECT s.key, NOT rs.cached AND (u.attempt = ${counts} OR u.attempt > coalesce(rs.attempt, 0)) AS own,
      c.uuid, c.name AS card, u.name, u.seconds, u.mean, u.low, u.high
    FROM run_stages rs JOIN stages s ON s.id = rs.stage
      JOIN useTotals u ON u.stage = s.id AND (u.attempt = ${counts} OR ${wentOn('s.id', 'u.attempt', counts)})
      LEFT JOIN cards c ON c.stage = s.id AND c.attempt = u.attempt
    WHERE rs.run = ? ORDER BY rs.position, u.attempt, u.name`)

  const past = db.prepare<[ReadingName], PastUse>(`
    SELECT s.kind, s.config, data.config AS dataConfig, c.uuid AS card, u.name, u.seconds, u.mean, u.low, u.high
    FROM stages s JOIN useTotals u ON u.stage = s.id AND u.attempt = s.doneAttempt
      LEFT JOIN cards c ON c.stage = s.id AND c.attempt = s.doneAttempt
      LEFT JOIN needs n ON n.stage = s.id AND n.role = 'data' LEFT JOIN stages data ON data.id = n.need
    WHERE s.state = 'done' AND u.name = ? ORDER BY s.endedAt DESC LIMIT 200`)
  return {
    /** Of the stages of a run, of each the attempt that counts, or the latest, and those that it went on from. */
    ofRun: (run: string): RunUse[] =>
      totals.all(run).map(({ own, uuid, card: name, ...total }) => ({
        ...total,
        own: own === 1,
        card: uuid === null || name === null ? undefined : { uuid, name },
      })),
    /** Of the latest finished stages, newest first. */
    past: (name: ReadingName) => past.all(name),
  }
}

/** What was read of the machine while stages ran. */
export function useTable(db: Database) {
  const insert = db.prepare<[UseRow & Of]>(`
    INSERT OR IGNORE INTO use (stage, attempt, name, at, seconds, mean, low, high)
    VALUES (@stage, @attempt, @name, @at, @seconds, @mean, @low, @high)`)
  const add = db.prepare<[UseTotal & Of]>(`
    INSERT INTO useTotals (stage, attempt, name, seconds, mean, low, high)
    VALUES (@stage, @attempt, @name, @seconds, @mean, @low, @high)
    ON CONFLICT DO UPDATE SET mean = (mean * seconds + excluded.mean * excluded.seconds) / (seconds + excluded.seconds),
      seconds = seconds + excluded.seconds, low = min(low, excluded.low), high = max(high, excluded.high)`)
  const count = db
    .prepare<[Of], number>(
      'SELECT max(n) FROM (SELECT count(*) AS n FROM use WHERE stage = @stage AND attempt = @attempt GROUP BY name)',
    )
    .pluck()
  const wider = db.prepare<[Of & { stretches: number }], UseRow>(`
    WITH ours AS (SELECT *, max(at) OVER () AS last FROM use WHERE stage = @stage AND attempt = @attempt)
    SELECT name, max(at) AS at, sum(seconds) AS seconds, ${MEAN}, min(low) AS low, max(high) AS high
    FROM ours GROUP BY name, min(CAST(at * @stretches / last AS INTEGER), @stretches - 1)`)
  const clear = db.prepare<[Of]>('DELETE FROM use WHERE stage = @stage AND attempt = @attempt')
  const of = db.prepare<[Of], UseRow>(
    'SELECT name, at, seconds, mean, low, high FROM use WHERE stage = @stage AND attempt = @attempt ORDER BY name, at',
  )

  /** Means stay means by time, and no lowest or highest value is lost. */
  function thin(of: Of): void {
    const rows = wider.all({ ...of, stretches: STRETCHES })
    clear.run(of)
    for (const row of rows) insert.run({ ...of, ...row })
  }
  return {
    /** A sample that stands for the `seconds` before `at`. Part of the caller's transaction. */
    insert(of: Of, { at, seconds, readings }: { at: number; seconds: number; readings: Readings }): void {
      for (const [name, value] of Object.entries(readings) as [ReadingName, number][]) {
        const row = { ...of, name, at, seconds, mean: value, low: value, high: value }
        // Heard a second time it counts once.
        if (insert.run(row).changes > 0) add.run(row)
      }
      if ((count.get(of) ?? 0) > MOST) thin(of)
    },
    /** By quantity, in order of time. */
    of: (stage: number, attempt: number) => of.all({ stage, attempt }),
    ...usedInAll(db),
  }
}
export type Use = ReturnType<typeof useTable>
