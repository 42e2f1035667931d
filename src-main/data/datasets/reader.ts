import type { Line } from './lines'
import type { Entry } from './problem'

export type Emit = (entry: Entry) => void

/** What a reader has found out about the lines that it was fed. */
export interface ReaderFacts {
  blank: number
  /** The fields of the first line, where it is taken for the names of columns. */
  header: readonly string[] | null
  /** Names of the columns, where a file has the same for all rows. */
  columns: readonly string[]
  /** Lines that are no data: the header's, and Excel's `sep=`. */
  headerLines: number
  /** Lines that a record goes on over. */
  continued: number
  quotes: boolean
}

/** Makes records of lines, one after another: time in proportion to the text, whatever is in it. */
export interface RecordReader {
  /** @throws DatasetError for what keeps the whole file from being read */
  feed(line: Line, emit: Emit): void
  end(emit: Emit): void
  facts(): ReaderFacts
}
