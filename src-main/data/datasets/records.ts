import { statSync } from 'node:fs'
import { extname } from 'node:path'
import { oneOf, show } from '../../science/spec/problems'
import { puzzleRows, type PuzzleFacts } from '../chess/puzzles'
import { TEMPLATES, type Template } from '../templates'
import { createCsvReader } from './csv'
import { createJsonReader } from './json'
import { readLines, type LineFacts } from './lines'
import { openParquet, parquetSources, type ParquetRecords, type ParquetWish, type ReadFile } from './parquet/records'
import { refusal, type Entry } from './problem'
import type { ReaderFacts } from './reader'
import { openSource, unpackedName, type Watch } from './source'
import { templatedRows, type Part } from './templated'
import type { Encoding, Reading } from './types'

export type Format = 'jsonl' | 'csv' | 'tsv' | 'parquet'

const FORMATS: Record<string, Format> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.json': 'jsonl',
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.parquet': 'parquet',
}

const endingOf = (path: string) => extname(unpackedName(path)).toLowerCase()

/** A folder has Parquet files. @throws DatasetError for an ending that is none of those known */
function formatOf(path: string): Format {
  if (isFolder(path)) return 'parquet'
  const ending = endingOf(path)
  const format = FORMATS[ending]
  if (format && !(format === 'parquet' && unpackedName(path) !== path)) return format
  if (ending === '.pgn')
    throw refusal(
      'path',
      'puzzles as Lichess publishes them, in CSV, with which a file of games goes',
      'games alone (.pgn)',
    )
  const got = ending === '' ? 'a name without ending' : ending
  throw refusal('path', `a file ending in ${Object.keys(FORMATS).join(', ')}, or a text one of these in .gz`, got)
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/** What there is to say of how a file was read; whole once its records are. */
export interface FileFacts extends ReaderFacts, LineFacts {
  format: Format
  encoding: Encoding
  /** Of Parquet: the files, each with its first row; none of other formats. */
  files: readonly ReadFile[]
  /** Of chess puzzles with their games; null of all others. */
  puzzles: PuzzleFacts | null
}
export interface Records {
  /** In batches, as they come. @throws DatasetError; AbortError */
  batches: AsyncIterable<Entry[]>
  facts: () => FileFacts
}
/** Records by the split that they were found in. */
interface Source {
  parts: AsyncIterable<Part>
  facts: () => FileFacts
}

/**
 * Opens a file, or a folder of Parquet files; empty lines are passed over. With a template its records are the rows that
 * this makes of them. @throws DatasetError for an ending that is none of those known, and for a template that is none
 */
export function openRecords(path: string, reading: Reading, watch: Watch = {}): Records {
  const template = templateOf(reading)
  const format = formatOf(path)
  if (reading.games !== undefined) return puzzlesWith(reading.games, path, format, reading, watch)
  if (reading.first !== undefined && format !== 'parquet')
    throw refusal('first', 'Parquet files, of which the first rows alone can be read', format)
  const { parts, facts } =
    format === 'parquet'
      ? parquetParts(openParquet(path, wishOf(reading), watch))
      : textParts(path, format, reading, watch)
  if (template === null) return { batches: withSplits(parts), facts }
  return {
    batches: templatedRows(parts, template),
    facts: () => ({ ...facts(), header: null, columns: [] }),
  }
}

/** Chess puzzles, which are texts to be continued once their games are known. */
function puzzlesWith(games: string, path: string, format: Format, reading: Reading, watch: Watch): Records {
  if (format === 'parquet') throw refusal('games', 'to go with puzzles in CSV', format)
  if (reading.template !== undefined) throw refusal('games', 'to stand without a template', show(reading.template))
  const facts: PuzzleFacts = { puzzles: 0, missing: 0 }
  let source: Source | null = null
  const open = () => withSplits((source = textParts(path, format, reading, watch)).parts)
  const none = { blank: 0, headerLines: 0, continued: 0, quotes: false, lines: 0, broken: 0, windows: false }
  return {
    batches: puzzleRows(open, { games, most: reading.first, facts, watch }),
    facts: () => {
      const read = source?.facts() ?? { ...none, files: [], format, encoding: 'utf-8' as const }
      return { ...read, header: null, columns: [], puzzles: facts }
    },
  }
}

/** The files that a reading reads, in order. @throws DatasetError */
export async function filesOf(path: string, reading: Reading): Promise<string[]> {
  const files = isFolder(path) ? (await parquetSources(path, wishOf(reading))).map((source) => source.path) : [path]
  return reading.games === undefined ? files : [...files, reading.games]
}

/** The template of a reading; null where it says none. @throws DatasetError for one that is none */
export function templateOf({ template }: Reading): Template | null {
  if (template === undefined) return null
  const found = Object.hasOwn(TEMPLATES, template) ? TEMPLATES[template] : undefined
  if (!found) throw refusal('template', oneOf(Object.keys(TEMPLATES), template), show(template))
  return found
}

function wishOf(reading: Reading): ParquetWish {
  const template = templateOf(reading)
  const { first } = reading
  if (!template) return { first, named: true }
  const { config, splits, columns } = template
  return { config, splits, columns, first, named: false }
}

/** The records of a folder with the split that they are of, in a column that no file has. */
async function* withSplits(parts: AsyncIterable<Part>): AsyncGenerator<Entry[]> {
  for await (const { role, entries } of parts) {
    if (role !== null)
      for (const entry of entries)
        if ('values' in entry) entry.values.set(entry.values.has('split') ? 'file split' : 'split', role)
    yield entries
  }
}

function parquetParts(records: ParquetRecords): Source {
  const none = { blank: 0, header: null, headerLines: 0, continued: 0, quotes: false, broken: 0, windows: false }
  const facts = (): FileFacts => {
    const files = records.files()
    const lines = files.reduce((sum, { rows }) => sum + rows, 0)
    return { ...none, lines, columns: records.columns(), files, format: 'parquet', encoding: 'utf-8', puzzles: null }
  }
  return { parts: records.parts, facts }
}

function textParts(path: string, format: Exclude<Format, 'parquet'>, reading: Reading, watch: Watch): Source {
  const tabs = format === 'tsv'
  const source = openSource(path, reading.encoding, watch)
  const lines: LineFacts = { lines: 0, broken: 0, windows: false }
  // Corpora in TSV have no quoting: a quote mark is a character of the text, and an open one swallows no rows.
  const { header = true, quotes = !tabs } = reading
  const reader =
    format === 'jsonl' ? createJsonReader() : createCsvReader({ separator: tabs ? '\t' : null, header, quotes })

  async function* parts(): AsyncGenerator<Part> {
    let batch: Entry[] = []
    const emit = (entry: Entry) => void batch.push(entry)
    const long = format === 'jsonl' ? 'cut' : 'refuse'
    for await (const some of readLines(source.pieces, long, lines)) {
      for (const line of some) reader.feed(line, emit)
      if (batch.length > 0) yield { role: null, entries: batch }
      batch = []
    }
    reader.end(emit)
    if (batch.length > 0) yield { role: null, entries: batch }
  }
  const facts = () => ({ ...reader.facts(), ...lines, files: [], format, encoding: source.encoding(), puzzles: null })
  return { parts: parts(), facts }
}
