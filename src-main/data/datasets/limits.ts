/** What an import takes at most. Everything is kept in memory while a task is cut and encoded. */
export const LIMITS = {
  /** Of the file. */
  bytes: 200 * 2 ** 20,
  /** Examples. */
  rows: 500_000,
  /** Characters of one text. */
  text: 100_000,
  /** Bytes of one line. */
  line: 2 ** 20,
  /** Lines of one CSV row: a quoted text may have line breaks, an open quote swallows the rest of the file. */
  linesOfRow: 500,
} as const
