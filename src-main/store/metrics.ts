import type { Database } from 'better-sqlite3'

export interface MetricRow {
  name: string
  split: string
  step: number
  value: number
}
type Stored = { step: number; value: number | null }
export interface Points {
  step: number[]
  value: number[]
  /** Steps that one bucket holds; 1 when every point is there. */
  bucket: number
}
/** About how many stored points one piece of a curve is made from. */
const PIECE = 5_000

/** Steps from `from` up to but not `to`, in buckets of `width` counted from `low`. */
interface Part {
  low: number
  width: number
  from: number
  to: number
}
interface Series {
  stage: number
  attempt: number
  name: string
  split: string
}

/** The steps that are looked at. */
interface Stretch {
  from: number
  to: number
}
const EVERYWHERE: Stretch = { from: -Infinity, to: Infinity }

/** Numbers over training steps. Not-a-number is stored as NULL and comes back as NaN. */
export function metricsTable(db: Database) {
  const insert = db.prepare<[number, number, string, string, number, number | null]>(
    'INSERT OR IGNORE INTO metrics (stage, attempt, name, split, step, value) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const where = 'FROM metrics WHERE stage = @stage AND attempt = @attempt AND name = @name AND split = @split'
  // With the neighbours of both ends, so that a line drawn through the points leaves the stretch.
  const extent = db.prepare<[Series & Stretch], { n: number; low: number; high: number }>(`
    SELECT count(*) AS n, min(step) AS low, max(step) AS high ${where}
    AND step >= coalesce((SELECT max(step) ${where} AND step < @from), @from)
    AND step <= coalesce((SELECT min(step) ${where} AND step > @to), @to)`)
  // Of each bucket its first, last, lowest, highest and first not-a-number point; SQLite takes bare columns from the
  // row that min() or max() found (sqlite.org/lang_select.html#bareagg), and UNION drops what was picked twice.
  const part = `${where} AND step >= @from AND step < @to`
  // Numbers are bound as REAL; the division has to be one of integers.
  const group = 'GROUP BY (step - CAST(@low AS INTEGER)) / CAST(@width AS INTEGER)'
  const every = db.prepare<[Series & Part], Stored>(`SELECT step, value ${part} ORDER BY step`)
  const buckets = db.prepare<[Series & Part], Stored>(`
    SELECT step, value FROM (SELECT min(step) AS step, value ${part} ${group})
    UNION SELECT step, value FROM (SELECT max(step) AS step, value ${part} ${group})
    UNION SELECT step, value FROM (SELECT step, min(value) AS value ${part} AND value IS NOT NULL ${group})
    UNION SELECT step, value FROM (SELECT step, max(value) AS value ${part} AND value IS NOT NULL ${group})
    UNION SELECT step, value FROM (SELECT min(step) AS step, value ${part} AND value IS NULL ${group})
    ORDER BY step`)
  const series = db.prepare<[number, number], { name: string; split: string }>(
    'SELECT DISTINCT name, split FROM metrics WHERE stage = ? AND attempt = ? ORDER BY name, split',
  )
  const end = db.prepare<[Series], number | null>(`SELECT max(step) ${where}`).pluck()
  const all = db.prepare<[number, number], Stored & { name: string; split: string }>(
    'SELECT name, split, step, value FROM metrics WHERE stage = ? AND attempt = ? ORDER BY name, split, step',
  )

  return {
    /** Keeps the first value heard for an identity. */
    insert(stage: number, attempt: number, m: MetricRow): void {
      insert.run(stage, attempt, m.name, m.split, m.step, Number.isNaN(m.value) ? null : m.value)
    },
    /**
     * One curve, as at most `count` buckets of at most five points each; all of it when it is not longer than that.
     * The first and the last point are always there, and of a stretch the points next to it. Comes in pieces, each quick to
     * read, so that a caller can give way between them.
     */
    *curve(of: Series, count: number, stretch = EVERYWHERE): Generator<Points> {
      const { n, low, high } = extent.get({ ...of, ...stretch })!
      const width = n <= 4 * count ? 1 : Math.ceil((high - low + 1) / count)
      const piece = width * Math.max(1, Math.floor((PIECE * (high - low + 1)) / n / width))
      for (let from = low; n > 0 && from <= high; from += piece) {
        const to = Math.min(from + piece, high + 1)
        const rows = (width === 1 ? every : buckets).all({ ...of, low, width, from, to })
        yield { step: rows.map((r) => r.step), value: rows.map((r) => r.value ?? NaN), bucket: width }
      }
    },
    /** Its last step; null where there is no point of it. */
    end: (of: Series) => end.get(of) ?? null,
    /** Names and splits that the attempt has numbers for. */
    series: (stage: number, attempt: number) => series.all(stage, attempt),
    /** Every number of an attempt. */
    of: (stage: number, attempt: number): MetricRow[] =>
      all.all(stage, attempt).map((r) => ({ ...r, value: r.value ?? NaN })),
  }
}
export type Metrics = ReturnType<typeof metricsTable>
