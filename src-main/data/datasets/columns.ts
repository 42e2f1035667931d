import { oneOf, show } from '../../science/problems'
import { DatasetError } from './problem'

/** Column of each role; '' for none. */
export interface Columns {
  text: string
  label: string
  split: string
  group: string
}

const NAMES: Record<keyof Columns, string[]> = {
  text: ['text', 'sentence', 'content', 'review', 'message', 'body', 'document', 'prompt', 'question'],
  label: ['label', 'class', 'target', 'category', 'sentiment', 'y', 'answer'],
  split: ['split', 'fold', 'subset'],
  group: ['group', 'group_id', 'source_id', 'document_id', 'doc_id', 'author', 'user', 'customer'],
}

/** Columns that any of the records has, in order of appearance. */
export function columnsOf(records: readonly Map<string, unknown>[]): string[] {
  return [...new Set(records.flatMap((values) => [...values.keys()]))]
}

/**
 * Fills the roles that are left open: by usual names, else the text is the column with the longest values and the label
 * one with two different values. What cannot be told stays ''.
 * @param wanted what the user chose; '' where left open
 * @throws DatasetError for a chosen column that the file does not have
 */
export function chooseColumns(wanted: Columns, records: readonly Map<string, unknown>[]): Columns {
  const columns = columnsOf(records)
  checkColumns(wanted, columns)
  const taken = new Set(Object.values(wanted))
  const named = (role: keyof Columns) =>
    wanted[role] || (columns.find((c) => NAMES[role].includes(c.toLowerCase()) && !taken.has(c)) ?? '')
  const chosen = { text: named('text'), label: named('label'), split: named('split'), group: named('group') }
  const free = () => columns.filter((c) => !Object.values(chosen).includes(c))
  chosen.text ||= longest(free(), records)
  chosen.label ||= free().find((c) => new Set(records.map((r) => r.get(c))).size === 2) ?? ''
  return chosen
}

/** @throws DatasetError naming the role, the columns there are and the one that is not */
export function checkColumns(wanted: Columns, columns: readonly string[]): void {
  const problems = Object.entries<string>({ ...wanted })
    .filter(([, column]) => column !== '' && !columns.includes(column))
    .map(([path, column]) => ({ path, expected: `a column: ${oneOf(columns, column)}`, got: show(column) }))
  if (problems.length > 0) throw new DatasetError(problems)
}

/** A column of texts rather than of codes: its values are 20 characters long or more on average. */
function longest(columns: string[], records: readonly Map<string, unknown>[]): string {
  const lengths = columns.map((c) => {
    const texts = records.map((r) => r.get(c)).filter((v) => typeof v === 'string')
    return { column: c, mean: texts.reduce((sum, t) => sum + t.length, 0) / Math.max(1, records.length) }
  })
  const best = lengths.sort((a, b) => b.mean - a.mean)[0]
  return best && best.mean >= 20 ? best.column : ''
}
