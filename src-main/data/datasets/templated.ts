import { createPythonRandom, type PythonRandom } from '../../science/maths/python-random'
import { show } from '../../science/spec/problems'
import type { Template, TemplateRow } from '../templates'
import { refusal, type Entry } from './problem'

/** Records that follow each other in one split. */
export interface Part {
  /** Where they may go; null where their source does not say. */
  role: 'train' | 'test' | null
  entries: Entry[]
}

/** Every split draws from a stream of this seed, as in the released code. */
const SEED = 0

/**
 * The rows that a template makes of records, as records of their own: `text`, `label` (the name of the class), `split`
 * where the source has splits, `group` where the template has. A row without text is left out.
 * @throws DatasetError naming the columns that the template needs and the records do not have
 */
export async function* templatedRows(parts: AsyncIterable<Part>, template: Template): AsyncGenerator<Entry[]> {
  const streams = new Map<Part['role'], PythonRandom>()
  let checked = false
  for await (const { role, entries } of parts) {
    const random = streams.get(role) ?? createPythonRandom(SEED)
    streams.set(role, random)
    const rows: Entry[] = []
    for (const entry of entries) {
      if ('values' in entry && !checked) {
        check(template, [...entry.values.keys()])
        checked = true
      }
      rows.push(...rowsOf(entry, template, role, random))
    }
    if (rows.length > 0) yield rows
  }
}

function rowsOf(entry: Entry, template: Template, role: Part['role'], random: PythonRandom): Entry[] {
  if ('expected' in entry) return [entry]
  const made = template.rows(Object.fromEntries(entry.values), random)
  if ('expected' in made) return [{ line: entry.line, ...made }]
  return made
    .filter(({ text }) => text.trim() !== '')
    .map((row) => ({ line: entry.line, values: recordOf(row, template, role) }))
}

function recordOf({ text, label, group }: TemplateRow, template: Template, role: Part['role']): Map<string, unknown> {
  const values = new Map<string, unknown>([
    ['text', text],
    ['label', template.classes[label]],
  ])
  if (role !== null) values.set('split', role)
  if (group !== null) values.set('group', group)
  return values
}

function check({ id, columns }: Template, found: readonly string[]): void {
  const missing = columns.filter((column) => !found.includes(column))
  if (missing.length === 0) return
  const needed = `the column${missing.length === 1 ? '' : 's'} ${missing.map(show).join(', ')} of the template ${show(id)}`
  throw refusal('template', needed, `a file with ${found.slice(0, 50).map(show).join(', ')}`)
}
