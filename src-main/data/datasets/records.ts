import { extname } from 'node:path'
import { createCsvReader } from './csv'
import { createJsonReader } from './json'
import { readLines, type LineFacts } from './lines'
import { refusal, type Entry } from './problem'
import type { ReaderFacts } from './reader'
import { openSource, unpackedName, type Watch } from './source'
import type { Encoding, Reading } from './types'

export type Format = 'jsonl' | 'csv' | 'tsv'

const FORMATS: Record<string, Format> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.json': 'jsonl',
  '.csv': 'csv',
  '.tsv': 'tsv',
}

const endingOf = (path: string) => extname(unpackedName(path)).toLowerCase()

/** @throws DatasetError for an ending that is none of those known */
export function formatOf(path: string): Format {
  const ending = endingOf(path)
  const format = FORMATS[ending]
  if (format) return format
  const got = ending === '' ? 'a name without ending' : ending
  throw refusal('path', `a file ending in ${Object.keys(FORMATS).join(', ')}, or one of these in .gz`, got)
}

/** What there is to say of how a file was read; whole once its records are. */
export interface FileFacts extends ReaderFacts, LineFacts {
  format: Format
  encoding: Encoding
}
export interface Records {
  /** In batches, as they come. @throws DatasetError; AbortError */
  batches: AsyncIterable<Entry[]>
  facts: () => FileFacts
}

/** Opens a file; empty lines are passed over. @throws DatasetError for an ending that is none of those known */
export function openRecords(path: string, reading: Reading, watch: Watch = {}): Records {
  const format = formatOf(path)
  const tabs = format === 'tsv'
  const source = openSource(path, reading.encoding, watch)
  const lines: LineFacts = { lines: 0, broken: 0, windows: false }
  // Corpora in TSV have no quoting: a quote mark is a character of the text, and an open one swallows no rows.
  const { header = true, quotes = !tabs } = reading
  const reader =
    format === 'jsonl' ? createJsonReader() : createCsvReader({ separator: tabs ? '\t' : null, header, quotes })

  async function* batches(): AsyncGenerator<Entry[]> {
    let batch: Entry[] = []
    const emit = (entry: Entry) => void batch.push(entry)
    const long = format === 'jsonl' ? 'cut' : 'refuse'
    for await (const some of readLines(source.pieces, long, lines)) {
      for (const line of some) reader.feed(line, emit)
      if (batch.length > 0) yield batch
      batch = []
    }
    reader.end(emit)
    if (batch.length > 0) yield batch
  }
  return { batches: batches(), facts: () => ({ ...reader.facts(), ...lines, format, encoding: source.encoding() }) }
}
