import type { Database } from 'better-sqlite3'

export interface ArtifactRow {
  stage: number
  /** `own`: a folder of this home; `bundled`: one of the app's resources. */
  origin: 'own' | 'bundled'
  bytes: number
  /** ArtifactFile[], as JSON. */
  files: string
  /** Record<string, number>, as JSON. */
  summary: string
  finishedAt: number
}

/** The finished results on disk, one folder each, named by the stage's key. */
export function artifactsTable(db: Database) {
  const put = db.prepare<[ArtifactRow]>(`
    INSERT OR REPLACE INTO artifacts (stage, origin, bytes, files, summary, finishedAt)
    VALUES (@stage, @origin, @bytes, @files, @summary, @finishedAt)`)
  const get = db.prepare<[number], ArtifactRow>('SELECT * FROM artifacts WHERE stage = ?')
  const all = db.prepare<[], ArtifactRow & { key: string }>(
    'SELECT a.*, s.key FROM artifacts a JOIN stages s ON s.id = a.stage ORDER BY a.stage',
  )
  const remove = db.prepare<[number]>('DELETE FROM artifacts WHERE stage = ?')
  const bytes = db.prepare<[], number>(`SELECT coalesce(sum(bytes), 0) FROM artifacts WHERE origin = 'own'`).pluck()
  const kinds = db.prepare<[], { kind: string; stages: number; bytes: number }>(`
    SELECT s.kind, count(*) AS stages, sum(a.bytes) AS bytes FROM artifacts a JOIN stages s ON s.id = a.stage
    WHERE a.origin = 'own' GROUP BY s.kind ORDER BY bytes DESC, s.kind`)
  const only = db
    .prepare<[{ runs: string }], number>(
      `
    SELECT coalesce(sum(a.bytes), 0) FROM artifacts a WHERE a.origin = 'own'
      AND EXISTS (SELECT 1 FROM run_stages rs WHERE rs.stage = a.stage)
      AND NOT EXISTS (SELECT 1 FROM run_stages rs
        WHERE rs.stage = a.stage AND rs.run NOT IN (SELECT value FROM json_each(@runs)))`,
    )
    .pluck()
  return {
    put: (row: ArtifactRow) => void put.run(row),
    get: (stage: number) => get.get(stage),
    all: () => all.all(),
    remove: (stage: number) => void remove.run(stage),
    /** Bytes of this home's own folders. */
    bytes: () => bytes.get() ?? 0,
    /** The same by kind of stage, the largest first. */
    byKind: () => kinds.all(),
    /** Bytes of those that no run but these has: what the disk gets back when they are removed. */
    bytesOfOnly: (runs: readonly string[]) => only.get({ runs: JSON.stringify(runs) }) ?? 0,
  }
}
export type Artifacts = ReturnType<typeof artifactsTable>
