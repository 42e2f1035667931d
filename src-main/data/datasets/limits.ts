/** What an import takes at most. Everything is kept in memory while a task is cut and encoded. */
export const LIMITS = {
  /** Of the file, unpacked. */
  bytes: 200 * 2 ** 20,
  /** Examples. */
  rows: 500_000,
  /** Characters of one text. */
  text: 100_000,
  /** Bytes of one line, or of one object of a JSON list. */
  line: 2 ** 20,
  /** Lines of one CSV row: a quoted text may have line breaks, an open quote swallows the rest of the file. */
  linesOfRow: 500,
  columns: 1000,
  /** Characters of a column's name; a longer one is called after its place. */
  name: 200,
  /** How deep lists and objects may lie in each other in one record. */
  nesting: 64,
  /** Characters of all rows as they are kept: what a run reads at once. */
  kept: 400 * 2 ** 20,
} as const
