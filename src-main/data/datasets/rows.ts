import { oneOf } from '../../science/spec/problems'
import type { Columns } from './columns'
import { LIMITS } from './limits'
import type { BadLine, Entry } from './problem'
import { labelOf, plain, shown, splitOf, SPLIT_WORDS } from './values'

/** A record with its roles. */
export interface Row {
  line: number
  text: string
  /** As a class is called. */
  label: string
  split: 'train' | 'test' | null
  /** The split as the file says it; '' without one. */
  splitWord: string
  group: string | null
}

/** Turns a record into a row; whether its label is one of the classes is for others to say. */
export function readRow(entry: Entry, columns: Columns): Row | BadLine {
  if ('expected' in entry) return entry
  const { line, values } = entry
  const valueOf = (column: string | null) => (column === null ? undefined : values.get(column))
  const bad = (expected: string, value: unknown): BadLine => ({ line, expected, got: shown(value) })
  const text = valueOf(columns.text)
  if (typeof text !== 'string' || text.trim() === '') return bad(`a text in column ${shown(columns.text)}`, text)
  if (text.length > LIMITS.text)
    return { line, expected: `a text of at most ${LIMITS.text} characters`, got: `${text.length}` }
  const label = labelOf(valueOf(columns.label))
  if (label === '') return bad(`a label in column ${shown(columns.label)}`, valueOf(columns.label))
  const said = columns.split === null ? null : splitOf(valueOf(columns.split))
  if (columns.split !== null && said === null)
    return bad(`a split (${SPLIT_WORDS.join(', ')}) in column ${shown(columns.split)}`, valueOf(columns.split))
  return {
    line,
    text,
    label,
    split: said?.split ?? null,
    splitWord: said?.word ?? '',
    group: plain(valueOf(columns.group)) || null,
  }
}

/** A label that is none of the classes. No class is suggested: it might be the wrong one. */
export function foreignLabel(line: number, label: string, classes: readonly string[]): BadLine {
  const count = classes.length === 2 ? 'two' : classes.length
  return { line, expected: `${oneOf(classes, null)} (the ${count} classes)`, got: shown(label) }
}
