import { show } from '../../science/spec/problems'
import { createFieldReader, guessSeparator, SAMPLE } from './fields'
import { LIMITS } from './limits'
import type { Line } from './lines'
import { refusal } from './problem'
import type { Emit, RecordReader } from './reader'

export interface CsvOptions {
  /** Null: what Excel's `sep=` says, else guessed among comma, semicolon, tab and bar. */
  separator: string | null
  /** Whether the first line names the columns. */
  header: boolean
  /** Whether quotes hold fields together (RFC 4180: separators, doubled quotes and line breaks in them). */
  quotes: boolean
}

const MALFORMED = 'quotes around whole fields, doubled inside and closed'

/** Rows of a CSV or TSV file. */
export function createCsvReader(options: CsvOptions): RecordReader {
  const sample: Line[] = []
  let rows: RecordReader | null = null
  let blank = 0
  let ruled = 0

  function begin(emit: Emit): RecordReader {
    const separator =
      options.separator ??
      guessSeparator(
        sample.map((line) => line.text),
        options.quotes,
      )
    rows = createRowReader({ ...options, separator })
    for (const line of sample.splice(0)) rows.feed(line, emit)
    return rows
  }
  return {
    feed(line, emit) {
      if (line.text.trim() === '' && !rows && sample.length === 0) return void blank++
      if (rows) return rows.feed(line, emit)
      const rule = sample.length === 0 && ruled === 0 ? /^"?sep=(.)"?$/i.exec(line.text.trim()) : null
      if (rule) {
        options = { ...options, separator: rule[1]! }
        ruled = 1
        return
      }
      sample.push(line)
      if (sample.length === SAMPLE || options.separator !== null) begin(emit)
    },
    end: (emit) => (rows ?? begin(emit)).end(emit),
    facts() {
      const facts = rows?.facts() ?? {
        blank: 0,
        header: null,
        columns: [],
        headerLines: 0,
        continued: 0,
        quotes: options.quotes,
      }
      return { ...facts, blank: facts.blank + blank, headerLines: facts.headerLines + ruled }
    },
  }
}

/** Rows under their header, once the separator is known. */
function createRowReader({ separator, header: named, quotes }: CsvOptions & { separator: string }): RecordReader {
  const fields = createFieldReader(separator, quotes)
  let columns: string[] | null = null
  let header: readonly string[] | null = null
  let [blank, continued, headerLines] = [0, 0, 0]
  /** Lines of a row whose quotes are still open. */
  let open: Line[] = []
  /** Up to here no row goes on over a line: a quote before it never closed. */
  let single = 0

  function take(row: readonly string[], lines: readonly Line[], emit: Emit): void {
    const line = lines[0]!.number
    if (columns === null) {
      columns = columnNames(named ? row : row.map(() => ''), line)
      if (named) {
        header = row
        headerLines = lines.length
        return
      }
    }
    continued += lines.length - 1
    if (lines.some((one) => one.broken)) emit({ line, expected: 'UTF-8 text', got: 'other bytes' })
    else if (row.length === columns.length) emit({ line, values: new Map(columns.map((name, i) => [name, row[i]])) })
    else emit({ line, expected: `${columns.length} columns${named ? ' as in the header' : ''}`, got: `${row.length}` })
  }
  /** Gives an open quote up: its line is bad, and those after it are rows of their own. */
  function giveUp(emit: Emit): void {
    const [first, ...others] = open
    open = []
    fields.reset()
    emit(malformed(first!))
    single = Math.max(single, others.at(-1)?.number ?? 0)
    for (const line of others) feed(line, emit)
  }
  function feed(line: Line, emit: Emit): void {
    if (open.length === 0 && line.text.trim() === '') return void blank++
    open.push(line)
    const row = fields.feed(line.text)
    if (row === 'malformed') giveUp(emit)
    else if (row === 'open') {
      if (line.number <= single || open.length >= LIMITS.linesOfRow) giveUp(emit)
    } else {
      const lines = open
      open = []
      take(row, lines, emit)
    }
  }
  return {
    feed,
    end(emit) {
      if (open.length > 0) giveUp(emit)
    },
    facts: () => ({ blank, header, columns: columns ?? [], headerLines, continued, quotes }),
  }
}

function malformed({ number, broken, text }: Line) {
  const problem = broken ? { expected: 'UTF-8 text', got: 'other bytes' } : { expected: MALFORMED, got: show(text) }
  return { line: number, ...problem }
}

/**
 * Names of the columns; one without a name, such as the index that pandas writes, is called after its place, as one is
 * whose name is too long to be one.
 */
function columnNames(fields: readonly string[], line: number): string[] {
  if (fields.length > LIMITS.columns)
    throw refusal(`line ${line}`, `at most ${LIMITS.columns} columns`, `${fields.length}`)
  const names = fields.map((field, i) => {
    const name = field.trim()
    return name === '' || name.length > LIMITS.name ? `column ${i + 1}` : name
  })
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw refusal(`line ${line}`, 'every column name once', `${show(name)} twice`)
    seen.add(name)
  }
  return names
}
