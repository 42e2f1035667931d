import Papa from 'papaparse'
import { show } from '../../science/problems'
import { LIMITS } from './limits'
import type { Line } from './lines'
import { DatasetError, type BadLine, type Entry } from './problem'

/** Lines that the separator is guessed from. */
const SAMPLE = 20

/**
 * Rows of a CSV file (RFC 4180: quoted fields may hold separators, doubled quotes and line breaks) under its header.
 * @param separator null: guessed among comma, semicolon, tab and bar
 * @throws DatasetError for a header that names a column twice
 */
export async function* csvRecords(lines: AsyncIterable<Line>, separator: string | null): AsyncGenerator<Entry> {
  const window = lookAhead(lines)
  const delimiter = separator ?? (await guessSeparator(window))
  let header: string[] | null = null
  for (let row = await nextRow(window, delimiter); row; row = await nextRow(window, delimiter)) {
    if ('expected' in row) yield row
    else if (header === null) header = columnNames(row.fields)
    else yield toEntry(row, header)
  }
}

/** Lines that are read but not used yet: a quote that never closes is given up and its lines are read again. */
interface Window {
  /** Line `i` of those not used yet; undefined after the end. */
  at(i: number): Promise<Line | undefined>
  drop(count: number): void
}

function lookAhead(lines: AsyncIterable<Line>): Window {
  const source = lines[Symbol.asyncIterator]()
  const pending: Line[] = []
  return {
    async at(i) {
      while (pending.length <= i) {
        const next = await source.next()
        if (next.done) return undefined
        pending.push(next.value)
      }
      return pending[i]
    },
    drop: (count) => void pending.splice(0, count),
  }
}

async function guessSeparator(window: Window): Promise<string> {
  const sample: string[] = []
  for (let i = 0, line = await window.at(0); line && i < SAMPLE; line = await window.at(++i)) sample.push(line.text)
  const config = { newline: '\n' as const, skipEmptyLines: true, delimitersToGuess: [',', ';', '\t', '|'] }
  return Papa.parse(sample.join('\n'), config).meta.delimiter
}

interface Row {
  line: number
  fields: string[]
}

/** The next row that is not empty, over as many lines as its quotes span; null at the end. */
async function nextRow(window: Window, delimiter: string): Promise<Row | BadLine | null> {
  for (let first = await window.at(0); first; first = await window.at(0)) {
    if (first.text.trim() === '') {
      window.drop(1)
      continue
    }
    return readRow(first, window, delimiter)
  }
  return null
}

async function readRow(first: Line, window: Window, delimiter: string): Promise<Row | BadLine> {
  const line = first.number
  let { text, broken } = first
  let count = 1
  let fields = parseFields(text, delimiter)
  while (fields === 'open') {
    const next = count < LIMITS.linesOfRow ? await window.at(count) : undefined
    if (!next) break
    text += `\n${next.text}`
    broken ||= next.broken
    count++
    // Only a line with a quote can close one: parsing after every line would be quadratic.
    if (next.text.includes('"')) fields = parseFields(text, delimiter)
  }
  window.drop(fields === 'open' ? 1 : count)
  if (broken) return { line, expected: 'UTF-8 text', got: 'other bytes' }
  if (typeof fields === 'string')
    return { line, expected: 'quotes around whole fields, doubled inside and closed', got: show(first.text) }
  return { line, fields }
}

function parseFields(text: string, delimiter: string): string[] | 'open' | 'malformed' {
  if (!text.includes('"')) return text.split(delimiter)
  const { data, errors } = Papa.parse<string[]>(text, { delimiter, newline: '\n' })
  if (errors.some((e) => e.code === 'MissingQuotes')) return 'open'
  return errors.length > 0 || data.length !== 1 ? 'malformed' : data[0]!
}

/** Names of the columns; one without a name, such as the index that pandas writes, is called after its place. */
function columnNames(fields: string[]): string[] {
  const names = fields.map((name, i) => name.trim() || `column ${i + 1}`)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined)
    throw new DatasetError([{ path: 'line 1', expected: 'every column name once', got: `${show(twice)} twice` }])
  return names
}

function toEntry({ line, fields }: Row, header: string[]): Entry {
  if (fields.length !== header.length)
    return { line, expected: `${header.length} columns as in the header`, got: `${fields.length}` }
  return { line, values: new Map(header.map((name, i) => [name, fields[i]])) }
}
