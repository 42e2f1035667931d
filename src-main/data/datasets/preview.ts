import type { DatasetPreview } from './types'
import { chooseColumns, columnsOf, type Columns } from './columns'
import { LIMITS } from './limits'
import { DatasetError, type Entry } from './problem'
import { formatOf, readEntries } from './records'
import { createRowReader } from './rows'

/** Records that columns are guessed from. */
const SAMPLE = 200
const SHOWN = { rows: 20, text: 500, labels: 20, errors: 50 }

/**
 * Reads a file through without keeping it: its columns (guessed where the query leaves them ''), first rows, labels and
 * every line that an import would refuse.
 * @throws DatasetError for a file that cannot be read as a whole
 */
export async function previewDataset(query: Columns & { path: string }): Promise<DatasetPreview> {
  const { path, ...wanted } = query
  const format = formatOf(path)
  const entries = readEntries(path)
  const sample: Entry[] = []
  for await (const entry of take(entries, SAMPLE)) sample.push(entry)
  const records = sample.flatMap((entry) => ('values' in entry ? [entry.values] : []))
  const chosen = chooseColumns(wanted, records)
  const preview: DatasetPreview = {
    path,
    format,
    columns: columnsOf(records),
    ...chosen,
    rows: [],
    counts: [],
    examples: 0,
    duplicates: 0,
    errors: [],
    badLines: 0,
  }
  // A file without a single record still has its bad lines to show; one without those either is empty.
  if (sample.length === 0)
    throw new DatasetError([{ path: 'path', expected: 'a file with a row for each example', got: 'one without rows' }])
  await count(preview, sample, entries, chosen)
  return preview
}

async function count(
  preview: DatasetPreview,
  sample: Entry[],
  rest: AsyncIterable<Entry>,
  columns: Columns,
): Promise<void> {
  const reader = createRowReader(columns, null)
  const labels = new Map<string, number>()
  const decided = columns.text !== '' && columns.label !== ''
  function take(entry: Entry): void {
    if (preview.examples === LIMITS.rows)
      throw new DatasetError([{ path: `line ${entry.line}`, expected: `at most ${LIMITS.rows} rows`, got: 'more' }])
    if (!decided && 'values' in entry) {
      preview.examples++
      return
    }
    const read = reader.read(entry)
    if (read.label !== '') labels.set(read.label, (labels.get(read.label) ?? 0) + 1)
    if ('expected' in read) {
      preview.badLines++
      if (preview.errors.length < SHOWN.errors)
        preview.errors.push({ line: read.line, message: `expected ${read.expected}, got ${read.got}` })
      return
    }
    preview.examples++
    if (preview.rows.length < SHOWN.rows)
      preview.rows.push({ text: read.row.text.slice(0, SHOWN.text), label: read.label })
  }
  sample.forEach(take)
  for await (const entry of rest) take(entry)
  preview.duplicates = reader.duplicates()
  preview.counts = [...labels]
    .map(([label, n]) => ({ label, n }))
    .sort((a, b) => b.n - a.n)
    .slice(0, SHOWN.labels)
}

/** The first entries of a generator, which goes on from there afterwards. */
async function* take<T>(source: AsyncIterator<T>, count: number): AsyncGenerator<T> {
  for (let i = 0; i < count; i++) {
    const next = await source.next()
    if (next.done) return
    yield next.value
  }
}
