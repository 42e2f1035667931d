import { extname } from 'node:path'
import { csvRecords } from './csv'
import { jsonlRecords } from './jsonl'
import { readLines } from './lines'
import { DatasetError, type Entry } from './problem'

export type Format = 'jsonl' | 'csv'

const FORMATS: Record<string, Format> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.json': 'jsonl',
  '.csv': 'csv',
  '.tsv': 'csv',
}

/** @throws DatasetError for an ending that is none of those known */
export function formatOf(path: string): Format {
  const ending = extname(path).toLowerCase()
  const format = FORMATS[ending]
  if (format) return format
  const got = ending === '' ? 'a name without ending' : ending
  throw new DatasetError([{ path: 'path', expected: `a file ending in ${Object.keys(FORMATS).join(', ')}`, got }])
}

/** The records of a file, one at a time; empty lines are passed over. @throws DatasetError, see readLines */
export function readEntries(path: string): AsyncGenerator<Entry> {
  const lines = readLines(path)
  if (formatOf(path) === 'jsonl') return jsonlRecords(lines)
  return csvRecords(lines, extname(path).toLowerCase() === '.tsv' ? '\t' : null)
}
