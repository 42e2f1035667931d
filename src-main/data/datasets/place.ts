import type { FileFacts } from './records'

/** Where a row is, for a message: its line; of Parquet its row, with the name of its file where there are several. */
export function placeOf(line: number, { format, files }: Pick<FileFacts, 'format' | 'files'>): string {
  if (format !== 'parquet') return `line ${line}`
  const file = files.findLast(({ first }) => first <= line)
  return file && files.length > 1 ? `row ${line - file.first + 1} of ${file.name}` : `row ${line}`
}
