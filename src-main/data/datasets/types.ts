// The nouns of datasets, as everybody from the reader to the window says them.
import type { Split } from '../../science/stages/splits'
import type { Form } from '../../science/tasks/form'
import type { ElsewhereSet } from '../../science/tasks/task'

/** Examples of each class. */
export interface ClassCounts {
  /** Those that may be trained on; where the source keeps none for tests, all. */
  train: number[]
  /** Those that the source keeps for tests; null where it keeps none. */
  test: number[] | null
}

export interface TaskInfo {
  id: string
  title: string
  question: string
  form: Form['kind']
  /** What there is to choose from: names of the classes, class 0 first, or of the places of options; none of texts. */
  classes: string[]
  examples: number
  /** Null where they were not counted. */
  rows: ClassCounts | null
  /** Accuracy, by classes, of the best rule that knows the length of a text alone; null where it was not measured. */
  lengthAlone: number | null
  licence: string
  source: string
  /** Test sets of the same question over texts from elsewhere; not given where there are none. */
  elsewhere?: Omit<ElsewhereSet, 'sharable'>[]
  /** What an import was made of; null of bundled tasks, and of imports that did not note it. */
  provenance: Provenance | null
  origin: 'bundled' | 'imported'
  sha256: string
}

/** The files that an import read, and how. */
export interface Provenance {
  template: string | null
  /** Rows of each split that were read; null for all. */
  first: number | null
  /** In the order in which they were read, by their names in the folder. */
  files: { name: string; sha256: string }[]
}

export const ENCODINGS = ['utf-8', 'windows-1252', 'utf-16le', 'utf-16be'] as const
export type Encoding = (typeof ENCODINGS)[number]

/** How a file is read. What is not said is as the file says (a mark of UTF-16), or as its kind has it. */
export interface Reading {
  encoding?: Encoding | undefined
  /** Whether the first line names the columns (CSV, TSV). Not said: it does, unless it looks like data, which is asked. */
  header?: boolean | undefined
  /** Whether quotes hold fields together, over several lines too. Not said: in CSV they do, in TSV they are characters. */
  quotes?: boolean | undefined
  /** The template that makes the rows of the records; not said: the records are the rows. */
  template?: string | undefined
  /** Of chess puzzles as Lichess publishes them: a PGN file of the games that they are of. */
  games?: string | undefined
  /** Of Parquet: rows of each split that are read, the first ones; of puzzles with games, puzzles; not said: all. */
  first?: number | undefined
}

/** How a row says which of its options is right: the first always is, or the label is its text, letter, number or column. */
export const RIGHTS = ['first', 'text', 'letter', 'from 0', 'from 1', 'column'] as const
export type Right = (typeof RIGHTS)[number]

/** Column of each role: a name; null for none; not said: guessed. */
export interface ColumnWishes {
  /** What the rows are; not said: proposed. */
  form?: Form['kind'] | undefined
  /** Columns of the options, in their order: one that holds lists, or one for each. */
  options?: string[] | undefined
  right?: Right | undefined
  /** Column of what follows the text. */
  target?: string | null | undefined
  text?: string | null | undefined
  label?: string | null | undefined
  split?: string | null | undefined
  group?: string | null | undefined
}
export interface DatasetQuery extends Reading, ColumnWishes {
  path: string
  /** Label values in class order; not said: guessed. */
  classes?: string[] | undefined
  /** Whether near twins stay in one split (the default). */
  twins?: boolean | undefined
}

/** Something about a file that its owner should know: why it cannot be read, what has to be said of it, what is good to know. */
export interface Notice {
  kind: 'cause' | 'ask' | 'note'
  text: string
  /** What may be said to have it read otherwise; a file that is called '' has to be chosen. */
  offers: { label: string; reading: Reading & Pick<DatasetQuery, 'classes' | 'form' | 'right'> }[]
}

/** One row as it would be read. */
export interface PreviewRow {
  /** Of options what they have in common. */
  text: string
  /** Of a text to be continued what follows. */
  label: string
  /** In the order of the file. */
  options?: string[]
  /** Index of the right option; null where it cannot be told. */
  right?: number | null
}
export interface DatasetPreview {
  path: string
  /** Made of the file's name, or of the template's; like the title. */
  id: string
  title: string
  /** Of the template, or of puzzles with their games; '' of others. */
  question: string
  format: 'jsonl' | 'csv' | 'tsv' | 'parquet'
  /** How it was read. */
  reading: { encoding: Encoding; header: boolean; quotes: boolean }
  columns: string[]
  form: Form['kind']
  /** Columns of the options; none of other forms. */
  options: string[]
  /** Null where it cannot be told. */
  right: Right | null
  target: string | null
  /** Column of each role; null for none. */
  text: string | null
  label: string | null
  split: string | null
  group: string | null
  rows: PreviewRow[]
  /** The most frequent label values, at most 20; `values` counts all. */
  counts: { label: string; n: number }[]
  values: number
  /** Label values that are classes, in class order; none where the column has no classes. */
  classes: string[]
  examples: number
  /** Of the rows that can be taken; null while no classes are known. */
  perClass: ClassCounts | null
  /** Rows whose text an earlier row has, but for case, blanks and Unicode form; they stay together in one split. */
  duplicates: number
  /** Rows whose text an earlier row has with another label. */
  contradictions: number
  /** Rows with a near twin elsewhere that is no duplicate. */
  twins: number
  /** Null where it was not measured. */
  lengthAlone: number | null
  /** Causes first, then what is asked, then what is good to know. */
  notices: Notice[]
  /** At most 50; `badLines` counts them all. An import refuses a file with any. */
  errors: { line: number; message: string }[]
  badLines: number
  /** Lines of the file: rows, bad lines, blank ones, the header, and those that a text goes on over. */
  lines: { all: number; blank: number; header: number; continued: number }
}
export interface ImportRequest extends Reading {
  path: string
  id: string
  title: string
  question: string
  licence: string
  /** Not said: texts of classes. */
  form?: Form['kind'] | undefined
  /** Of options what they have in common, if anything. */
  text: string | null
  label: string | null
  split: string | null
  group: string | null
  options?: string[] | undefined
  right?: Right | undefined
  target?: string | null | undefined
  /** Label values in class order; none of other forms. */
  classes: string[]
  /** Whether near twins stay in one split (the default). */
  twins?: boolean | undefined
}

/** A dataset that was fetched, of one configuration at one commit. */
export interface FetchedDataset {
  /** The id of the template that it was fetched for. */
  template: string
  /** The folder to import, with `<split>/0000.parquet`. */
  path: string
  /** Its name on the hub, the configuration there, and the commit of the branch of Parquet files. */
  dataset: string
  config: string
  revision: string
  /** As in its folder, with `/`. */
  files: { name: string; bytes: number; sha256: string | null }[]
  bytes: number
  /** Whether the hub has but the first part of a split as Parquet, as of very large ones. */
  partial: boolean
  /** Whether all of it was here before. */
  wasHere: boolean
}

/** How long the texts of a transfer half are to one model, special tokens counted in. */
export interface Lengths {
  model: string
  /** Texts that were measured. */
  texts: number
  median: number
  longest: number
  /** Most tokens that it reads, and the share of texts that are cut there. */
  limit: number
  cut: number
}
/** An example as it is shown. */
export interface ShownExample {
  /** What is asked about; of options what they have in common, '' for nothing. */
  text: string
  /** A long one by its beginning, like the text. */
  options?: string[]
  /** Place of the right option; null where there are none. */
  at: number | null
  /** What is right: the name of a class or of an option, or what follows. */
  right: string
  /** Of a game of chess: the position after the text. */
  fen?: string
}

/** How long texts of one kind are. */
export interface LengthCounts {
  /** What they are: texts of classes, options, prompts, or what follows them. */
  of: 'texts' | 'options' | 'prompts' | 'answers'
  /** Least length of every bin; the last bin has no end. */
  from: number[]
  longest: number
  /** By class, or the right options and the others; one where there is nothing to tell apart. */
  series: { name: string; texts: number; median: number; counts: number[] }[]
}
/** The rows of a task as they lie in its file. */
export interface TaskRows {
  task: string
  form: Form['kind']
  /** What the choices are called; none of texts that are written. */
  names: string[]
  rows: number
  /** Rows that the source keeps for tests; null where it keeps none. */
  testRows: number | null
  /** By class; null of other forms, where places are dealt or there is nothing to count. */
  classes: ClassCounts | null
  /** Name of the model whose tokens were counted; null where letters were. */
  model: string | null
  /** Rows whose texts were measured, from all over the file. */
  measured: number
  lengths: LengthCounts[]
  /** Of the texts that a model reads the share that is longer than it can; null where letters were counted. */
  cut: { limit: number; share: number } | null
  /** From all over the rows that the source does not keep for tests. */
  examples: ShownExample[]
}

/** A task as a run would have it. */
export interface ShownTask {
  task: string
  /** Rows that there are. */
  rows: number
  /** What the choices are called; none of texts that are written. */
  names: string[]
  /** Examples of every split, and how many have each choice as the right one. */
  splits: Record<Split, { examples: number; balance: number[] }>
  /** The first ones of the transfer half. */
  examples: ShownExample[]
  lengths: Lengths[]
}
