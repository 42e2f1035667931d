import type { Form } from '../../science/tasks'
import type { Right } from './types'

type Values = ReadonlyMap<string, unknown>

/** Pairs of columns of which the first always holds the better text. */
const PAIRS = [
  ['chosen', 'rejected'],
  ['preferred', 'rejected'],
  ['chosen_response', 'rejected_response'],
  ['better', 'worse'],
]
/** Columns of options by a common name with a letter or number: `response_a`, `choice 2`, `ending0`. */
const NUMBERED =
  /^(option|choice|response|answer|completion|output|candidate|assistant|ending|sol)[ _-]?([a-j]|\d{1,2})$/i
const TEXTS = ['text', 'sentence', 'content', 'review', 'message', 'body', 'document']
const TARGETS = ['target', 'completion', 'continuation', 'response', 'output', 'answer']

/** What the rows of a file look like. */
export interface Proposal {
  form: Form['kind']
  /** Columns of the options. */
  options: string[]
  /** Told by the names of the columns alone. */
  right: Right | null
  target: string | null
  /** Whether the rows may as well be texts of classes. */
  doubtful: boolean
}

/** What the columns of a file say of the form of its rows: proposed, to be looked at. */
export function proposeForm(records: readonly Values[], columns: readonly string[]): Proposal {
  const { options, right } = optionColumns(records, columns)
  const target = targetColumn(records, columns)
  const doubtful = options.length > 0 && columns.some((column) => TEXTS.includes(column.toLowerCase()))
  const form = options.length > 0 ? 'options' : target === null ? 'classes' : 'text'
  return { form, options, right, target, doubtful }
}

function optionColumns(records: readonly Values[], columns: readonly string[]): Pick<Proposal, 'options' | 'right'> {
  const byName = new Map(columns.map((column) => [column.toLowerCase(), column]))
  const pair = PAIRS.find((names) => names.every((name) => holds(records, byName.get(name), isText)))
  if (pair) return { options: pair.map((name) => byName.get(name)!), right: 'first' }
  const list = columns.find((column) => holds(records, column, isList))
  if (list !== undefined) return { options: [list], right: null }
  const stems = new Map<string, string[]>()
  for (const column of columns) {
    const stem = NUMBERED.exec(column)?.[1]?.toLowerCase()
    if (stem !== undefined && holds(records, column, isText)) stems.set(stem, [...(stems.get(stem) ?? []), column])
  }
  const several = [...stems.values()].find((of) => of.length > 1)
  return { options: several ?? [], right: null }
}

/** A column called as what follows a text, of which nearly every row has another one: else it is a label. */
function targetColumn(records: readonly Values[], columns: readonly string[]): string | null {
  const varies = (column: string) => new Set(records.map((r) => r.get(column))).size > records.length / 2
  const named = columns.filter((column) => TARGETS.includes(column.toLowerCase()))
  return named.find((column) => holds(records, column, isText) && records.length > 40 && varies(column)) ?? null
}

const isText = (value: unknown) => typeof value === 'string'
const isList = (value: unknown) => Array.isArray(value) && value.length > 1 && value.every(isText)

/** Whether most records have such a value in a column. */
function holds(records: readonly Values[], column: string | undefined, is: (value: unknown) => boolean): boolean {
  if (column === undefined) return false
  return records.filter((record) => is(record.get(column))).length > records.length / 2
}
