import { createHash } from 'node:crypto'
import { oneOf, show } from '../../science/problems'
import type { TaskRow } from '../../science/tasks/task'
import type { Columns } from './columns'
import { LIMITS } from './limits'
import type { BadLine, Entry } from './problem'

/** A record with its roles: `label` is the value as it stands in the file, or '' where the row has none. */
export type ReadRow = { line: number; label: string; row: TaskRow } | (BadLine & { label: string })

/**
 * Turns records into rows of a task.
 * @param classes label values in class order; null: the first two that come along
 */
export function createRowReader(columns: Columns, classes: readonly string[] | null) {
  const known = [...(classes ?? [])]
  const seen = new Set<string>()
  let duplicates = 0

  function read(entry: Entry): ReadRow {
    if ('expected' in entry) return { ...entry, label: '' }
    const { line, values } = entry
    const label = plain(values.get(columns.label))
    const bad = (expected: string, value: unknown): ReadRow => ({
      line,
      label,
      expected,
      got: show(value ?? undefined),
    })
    const text = values.get(columns.text)
    if (typeof text !== 'string' || text.trim() === '') return bad(`a text in column ${show(columns.text)}`, text)
    if (text.length > LIMITS.text)
      return { line, label, expected: `a text of at most ${LIMITS.text} characters`, got: `${text.length}` }
    if (label === '') return bad(`a label in column ${show(columns.label)}`, values.get(columns.label))
    if (classes === null && known.length < 2 && !known.includes(label)) known.push(label)
    if (!known.includes(label)) return bad(`${oneOf(known, label)} (two classes for now)`, label)

    const row: TaskRow = { text, label: known.indexOf(label) }
    if (columns.split !== '') {
      const split = plain(values.get(columns.split)).toLowerCase()
      if (split !== 'train' && split !== 'test')
        return bad(`"train" or "test" in column ${show(columns.split)}`, values.get(columns.split))
      row.split = split
    }
    const group = columns.group === '' ? '' : plain(values.get(columns.group))
    if (group !== '') row.group = group
    const print = createHash('sha256').update(text).digest('base64').slice(0, 20)
    if (seen.has(print)) duplicates++
    seen.add(print)
    return { line, label, row }
  }
  /** `duplicates`: rows so far whose text an earlier row has. */
  return { read, duplicates: () => duplicates }
}

/** A value as a short text; '' for what is none: nothing, an object, a list. */
function plain(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value).trim()
    : ''
}
