import type { Database } from 'better-sqlite3'

export interface ClockRow {
  step: number
  seconds: number
}

/** SQL: whether attempt `later` of a stage went on from attempt `earlier`, whose clock it then took over, mark by mark. */
export const wentOn = (stage: string, earlier: string, later: string): string => {
  const first = (attempt: string) =>
    `(SELECT seconds FROM clock WHERE stage = ${stage} AND attempt = ${attempt} ORDER BY step LIMIT 1)`
  return `(${earlier} < ${later} AND ${first(earlier)} = ${first(later)})`
}

/** When an attempt of a training had made so many updates, in seconds of its work. */
export function clockTable(db: Database) {
  const insert = db.prepare<[number, number, number, number]>(
    'INSERT OR IGNORE INTO clock (stage, attempt, step, seconds) VALUES (?, ?, ?, ?)',
  )
  const of = db.prepare<[number, number], ClockRow>(
    'SELECT step, seconds FROM clock WHERE stage = ? AND attempt = ? ORDER BY step',
  )
  return {
    /** Keeps the first time heard of a step. */
    insert: (stage: number, attempt: number, { step, seconds }: ClockRow): void =>
      void insert.run(stage, attempt, step, seconds),
    /** Ascending; none of an attempt that kept no times. */
    of: (stage: number, attempt: number): ClockRow[] => of.all(stage, attempt),
  }
}
export type Clock = ReturnType<typeof clockTable>
