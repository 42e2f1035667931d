import type { Decision } from '../answers'
import type { Split } from '../stages'
import type { Form } from './form'

/** What is said of a bundled task of whatever form. */
interface Described {
  id: string
  title: string
  /** What a model has to tell, as a question to a person. */
  question: string
  /** Number of rows of the file, and of those that may only ever be tested on. */
  examples: number
  testExamples: number
  /** Mean length of a text in letters; of a choice, of each option. */
  letters: number
  /** Accuracy on the test rows of the best rule, on the train rows, that knows the length of a text alone; null of texts to be continued. */
  lengthAlone: number | null
  /** Whether its rows say how difficult they are. */
  graded?: true
  licence: string
  /** Whether that lets anyone hand the texts on: then they go into bundles. */
  sharable: boolean
  source: string
  /** Of the bytes of the `.jsonl.gz`: a changed file is another data stage. */
  sha256: string
  /** Test sets from elsewhere, of the task's own form and classes. */
  elsewhere?: readonly ElsewhereSet[]
}
/**
 * A test set of the same question over texts from elsewhere; its rows lie in `resources/tasks/<id>.jsonl.gz` and are never
 * trained on.
 */
export type ElsewhereSet = Pick<Described, 'id' | 'title' | 'examples' | 'licence' | 'sharable' | 'source' | 'sha256'>
/** A task of classes, which are what most tasks are of. */
interface ClassesTask extends Described {
  form?: undefined
  /** Names of the classes, class 0 first: two or more. */
  classes: readonly [string, string, ...string[]]
}
interface OtherTask extends Described {
  form: Exclude<Form, { kind: 'classes' }>
  classes?: undefined
}
/** A bundled task. One file a variant; its rows lie in `resources/tasks/<id>.jsonl.gz`. */
export type TaskVariant = ClassesTask | OtherTask

/** The form of a bundled task. */
export const formOf = ({ form, classes }: TaskVariant): Form => form ?? { kind: 'classes', names: classes }

interface RowFacts {
  /** Where the source says where it belongs; `test` rows are never trained on, not even without labels. */
  split?: 'train' | 'test'
  /** Rows that must stay together, e.g. sentences of one book; a row without one stands alone. */
  group?: string
}
/** A text is of a class. */
export interface ClassRow extends RowFacts {
  text: string
  /** Index of the class. */
  label: number
}
/** One of several texts is the right one. */
export interface OptionsRow extends RowFacts {
  /** What they have in common: a net reads it before each of them. */
  text?: string
  /** Two or more different ones, in the order of the source, which says nothing: see `splitTask`. */
  options: string[]
  /** Index of the right one. */
  label: number
}
/** A text is to be continued. */
export interface TextRow extends RowFacts {
  text: string
  /** What follows it, as it follows it: with the blank in between, where there is one. */
  target: string
  /** How hard that is to find, in a measure of the source's own that goes up. */
  difficulty?: number
  /** Of a game of chess: the position after the text, in Forsyth-Edwards notation. */
  fen?: string
}
/** One line of a task file, by the form of the task. */
export interface Rows {
  classes: ClassRow
  options: OptionsRow
  text: TextRow
}
export type TaskRow = Rows[Form['kind']]
/** A line of a task of this form. */
export type RowOf<F extends Pick<Form, 'kind'>> = Rows[F['kind']]

/** All texts of a row that a net may read or write. */
export function textsIn(row: TaskRow): string[] {
  const more = 'options' in row ? row.options : 'target' in row ? [row.target] : []
  return [...(row.text === undefined ? [] : [row.text]), ...more]
}

export interface Example {
  /** Index of the row in the task file. */
  id: number
  /** What is asked about; of an example with options what they have in common, '' for nothing. */
  text: string
  /** One text a choice, where a net reads each of them, after `text`; else it reads `text`. */
  options?: readonly string[]
  /** Of a game of chess: the position after the text. Example files of earlier versions have none. */
  fen?: string
  /** What is right to say: a class, an option, or a text. */
  label: Decision
  group: string
}

/** A task cut into its splits: balanced where there is something to choose, no group in two of them, in random order. */
export interface PreparedTask {
  form: Form
  splits: Record<Split, Example[]>
  /** Test sets from elsewhere by their ids, where they were asked for. */
  elsewhere?: Record<string, Example[]>
}
