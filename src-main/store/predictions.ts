import type { Database } from 'better-sqlite3'

export interface PredictionRow {
  split: string
  step: number
  /** Of class 1, or of classes 1..k-1 row-major, of every example of the split. */
  probabilities: Float32Array
}
type Stored = { split: string; step: number; probabilities: Buffer }

/** What every model said about every example at every evaluation. */
export function predictionsTable(db: Database) {
  const insert = db.prepare<[number, number, string, number, Buffer]>(
    'INSERT OR IGNORE INTO predictions (stage, attempt, split, step, probabilities) VALUES (?, ?, ?, ?, ?)',
  )
  const of = db.prepare<[number, number, string], Stored>(
    'SELECT split, step, probabilities FROM predictions WHERE stage = ? AND attempt = ? AND split = ? ORDER BY step',
  )
  const last = db.prepare<[number, number, string], Stored>(
    'SELECT split, step, probabilities FROM predictions WHERE stage = ? AND attempt = ? AND split = ? ORDER BY step DESC LIMIT 1',
  )
  return {
    /** Keeps the first ones heard for an identity. */
    insert(stage: number, attempt: number, p: PredictionRow): void {
      const { buffer, byteOffset, byteLength } = p.probabilities
      insert.run(stage, attempt, p.split, p.step, Buffer.from(buffer, byteOffset, byteLength))
    },
    /** All evaluations of a split, in order of their steps. */
    of: (stage: number, attempt: number, split: string): PredictionRow[] =>
      of.all(stage, attempt, split).map((r) => ({ ...r, probabilities: floats(r.probabilities) })),
    /** The last evaluation of a split. */
    last(stage: number, attempt: number, split: string): PredictionRow | undefined {
      const row = last.get(stage, attempt, split)
      return row && { ...row, probabilities: floats(row.probabilities) }
    },
  }
}
export type Predictions = ReturnType<typeof predictionsTable>

/** A copy, because SQLite's buffer need not lie on a multiple of four bytes. */
function floats(bytes: Buffer): Float32Array {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer)
}
