import type { Database } from 'better-sqlite3'
import type { ArmFigures } from '../../src-preload/contract'

/** What was found of one arm of a run, in numbers. */
export interface FigureRow extends ArmFigures {
  run: string
  /** Place among the arms of its run. */
  position: number
}

/** Figures of all arms of a run, in short. */
export interface FoundRow {
  run: string
  arms: number
  /** Arms without a PGR, for a reason. */
  undefined: number
  /** Arms whose PGR comes with a warning. */
  doubtful: number
  low: number | null
  high: number | null
  /** Fewest and most finished seeds; null where they were not counted yet. */
  fewest: number | null
  most: number | null
  asked: number
}

const IN_SHORT = `
  SELECT run, count(*) AS arms, sum(reason <> '') AS undefined,
    coalesce(sum(warning <> ''), 0) AS doubtful, min(pgr) AS low, max(pgr) AS high,
    min(seeds) AS fewest, max(seeds) AS most, max(asked) AS asked FROM figures`

/** Figures of arms, kept so that runs can be searched by what they found. */
export function figuresTable(db: Database) {
  const put = db.prepare<[FigureRow]>(`
    INSERT OR REPLACE INTO figures (run, arm, position, task, weak, strong, method, asked, seeds, metric, floor, student,
      ceiling, pgr, low, high, reason, warning)
    VALUES (@run, @arm, @position, @task, @weak, @strong, @method, @asked, @seeds, @metric, @floor, @student, @ceiling,
      @pgr, @low, @high, @reason, @warning)`)
  const all = db.prepare<[], FigureRow>('SELECT * FROM figures ORDER BY run, position')
  const of = db.prepare<[string], FigureRow>('SELECT * FROM figures WHERE run = ? ORDER BY position')
  const found = db.prepare<[], FoundRow>(`${IN_SHORT} GROUP BY run`)
  const foundOf = db.prepare<[string], FoundRow>(`${IN_SHORT} WHERE run = ? GROUP BY run`)
  const uncounted = db
    .prepare<[], string>(
      'SELECT DISTINCT run FROM figures WHERE seeds IS NULL OR (pgr IS NOT NULL AND warning IS NULL)',
    )
    .pluck()
  return {
    put: (row: FigureRow) => void put.run(row),
    all: () => all.all(),
    of: (run: string) => of.all(run),
    /** Of every run that has arms. */
    found: () => found.all(),
    foundOf: (run: string) => foundOf.get(run),
    /** Ids of the runs that an earlier version made, whose figures are still to be found. */
    uncounted: () => uncounted.all(),
  }
}
export type Figures = ReturnType<typeof figuresTable>
