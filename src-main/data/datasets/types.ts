// The nouns of datasets, as everybody from the reader to the window says them.

export interface TaskInfo {
  id: string
  title: string
  question: string
  /** Names of class 0 and class 1 (and further). */
  classes: string[]
  examples: number
  /** Accuracy, by classes, of the best rule that knows the length of a text alone; null where it was not measured. */
  lengthAlone: number | null
  licence: string
  source: string
  origin: 'bundled' | 'imported'
  sha256: string
}

export interface DatasetPreview {
  path: string
  format: 'jsonl' | 'csv'
  columns: string[]
  /** Column chosen for each role; '' when there is none. */
  text: string
  label: string
  split: string
  group: string
  rows: { text: string; label: string }[]
  counts: { label: string; n: number }[]
  examples: number
  /** Rows whose text an earlier row has; they stay together in one split. */
  duplicates: number
  /** At most 50; `badLines` counts them all. An import refuses a file with any. */
  errors: { line: number; message: string }[]
  badLines: number
}
export interface ImportRequest {
  path: string
  id: string
  title: string
  question: string
  licence: string
  text: string
  label: string
  split: string
  group: string
  /** Label values in class order; exactly two for now. */
  classes: string[]
}
