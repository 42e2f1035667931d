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
interface Series {
  stage: number
  attempt: number
  name: string
  split: string
}

/** Numbers over training steps. Not-a-number is stored as NULL and comes back as NaN. */
export function metricsTable(db: Database) {
  const insert = db.prepare<[number, number, string, string, number, number | null]>(
    'INSERT OR IGNORE INTO metrics (stage, attempt, name, split, step, value) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const where = 'FROM metrics WHERE stage = @stage AND attempt = @attempt AND name = @name AND split = @split'
  const extent = db.prepare<[Series], { n: number; low: number; high: number }>(
    `SELECT count(*) AS n, min(step) AS low, max(step) AS high ${where}`,
  )
  const every = db.prepare<[Series], Stored>(`SELECT step, value ${where} ORDER BY step`)
  // Of each bucket its first, last, lowest, highest and first not-a-number point; SQLite takes bare columns from the
  // row that min() or max() found (sqlite.org/lang_select.html#bareagg), and UNION drops what was picked twice.
  const group = 'GROUP BY (step - @low) / @width'
  const buckets = db.prepare<[Series & { low: number; width: number }], Stored>(`
    SELECT step, value FROM (SELECT min(step) AS step, value ${where} ${group})
    UNION SELECT step, value FROM (SELECT max(step) AS step, value ${where} ${group})
    UNION SELECT step, value FROM (SELECT step, min(value) AS value ${where} AND value IS NOT NULL ${group})
    UNION SELECT step, value FROM (SELECT step, max(value) AS value ${where} AND value IS NOT NULL ${group})
    UNION SELECT step, value FROM (SELECT min(step) AS step, value ${where} AND value IS NULL ${group})
    ORDER BY step`)
  const series = db.prepare<[number, number], { name: string; split: string }>(
    'SELECT DISTINCT name, split FROM metrics WHERE stage = ? AND attempt = ? ORDER BY name, split',
  )
  const attempts = db.prepare<[number], number>('SELECT DISTINCT attempt FROM metrics WHERE stage = ?').pluck()
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
     * The first and the last point are always there.
     */
    curve(of: Series, count: number): Points {
      const { n, low, high } = extent.get(of)!
      const width = n <= 4 * count ? 1 : Math.ceil((high - low + 1) / count)
      const rows = width === 1 ? every.all(of) : buckets.all({ ...of, low, width })
      return { step: rows.map((r) => r.step), value: rows.map((r) => r.value ?? NaN), bucket: width }
    },
    /** Names and splits that the attempt has numbers for. */
    series: (stage: number, attempt: number) => series.all(stage, attempt),
    attempts: (stage: number) => attempts.all(stage),
    /** Every number of an attempt. */
    of: (stage: number, attempt: number): MetricRow[] =>
      all.all(stage, attempt).map((r) => ({ ...r, value: r.value ?? NaN })),
  }
}
export type Metrics = ReturnType<typeof metricsTable>
