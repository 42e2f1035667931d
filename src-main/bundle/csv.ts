import Papa from 'papaparse'

export type Cell = string | number | null

const ROWS_A_CHUNK = 500

/** How such tables are read back: nothing of them is guessed, whatever their texts hold. */
export const READ_CSV = { header: true, skipEmptyLines: true, delimiter: ',', newline: '\n' } as const

/**
 * Rows as CSV text (RFC 4180 quoting, LF ends), in chunks small enough that writing them never blocks the event loop.
 * `null` becomes an empty field. Numbers keep every digit that single precision has and no more.
 */
export function* csv(header: string[], rows: Iterable<Cell[]>): Generator<string> {
  yield header.join(',') + '\n'
  yield* csvRows(rows)
}

/** More rows of a table that has begun. */
export function* csvRows(rows: Iterable<Cell[]>): Generator<string> {
  let chunk: Cell[][] = []
  for (const row of rows) {
    chunk.push(row.map(digits))
    if (chunk.length < ROWS_A_CHUNK) continue
    yield text(chunk)
    chunk = []
  }
  if (chunk.length > 0) yield text(chunk)
}

const text = (rows: Cell[][]) => Papa.unparse(rows, { newline: '\n' }) + '\n'

/** Nine significant digits read back to the same float32; integers pass through. */
function digits(cell: Cell): Cell {
  return typeof cell === 'number' && !Number.isInteger(cell) ? Number(cell.toPrecision(9)) : cell
}
