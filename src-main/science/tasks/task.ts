import type { Decision } from '../answers'
import type { Split } from '../stages'
import type { Form } from './form'

/** A bundled task. One file a variant; its rows lie in `resources/tasks/<id>.jsonl.gz`. */
export interface TaskVariant {
  id: string
  title: string
  /** What a model has to tell from a text, as a question to a person. */
  question: string
  /** Names of the classes, class 0 first: two or more. */
  classes: readonly [string, string, ...string[]]
  /** Number of rows of the file, and of those that may only ever be tested on. */
  examples: number
  testExamples: number
  /** Accuracy on the test rows of the best rule, on the train rows, that knows the length of a text alone. */
  lengthAlone: number
  licence: string
  /** Whether that lets anyone hand the texts on: then they go into bundles. */
  sharable: boolean
  source: string
  /** Of the bytes of the `.jsonl.gz`: a changed file is another data stage. */
  sha256: string
}

/** One line of a task file. */
export interface TaskRow {
  text: string
  /** Index of the class. */
  label: number
  /** Where the source says where it belongs; `test` rows are never trained on, not even without labels. */
  split?: 'train' | 'test'
  /** Rows that must stay together, e.g. sentences of one book; a row without one stands alone. */
  group?: string
}

export interface Example {
  /** Index of the row in the task file. */
  id: number
  /** What is asked about; of an example with options what they have in common, for people. */
  text: string
  /** One text a choice, where a net reads each of them; else it reads `text`. */
  options?: readonly string[]
  /** What is right to say: a class, an option, or a text. */
  label: Decision
  group: string
}

/** A task cut into its splits: balanced, no group in two of them, in random order. */
export interface PreparedTask {
  form: Form
  splits: Record<Split, Example[]>
}
