import { oneOf, show } from '../../science/spec/problems'
import { MOST_CLASSES } from './classes'
import { proposeForm, type Proposal } from './forms'
import { LIMITS } from './limits'
import { DatasetError, refusal } from './problem'
import type { ColumnWishes } from './types'
import { isNumber, labelOf, plain, splitOf } from './values'

/** Column of each role; null for none. */
export type Columns = Pick<Proposal, 'form' | 'options' | 'right' | 'target'> & Record<Role, string | null>
type Role = 'text' | 'label' | 'split' | 'group'
type Values = ReadonlyMap<string, unknown>

const ROLES = ['text', 'label', 'split', 'group'] as const satisfies readonly Role[]
const NAMES: Record<Role, string[]> = {
  text: ['text', 'sentence', 'content', 'review', 'message', 'body', 'document', 'prompt', 'question'],
  label: ['label', 'class', 'target', 'category', 'sentiment', 'y', 'answer'],
  split: ['split', 'file split', 'fold', 'subset'],
  group: ['group', 'group_id', 'source_id', 'document_id', 'doc_id', 'author', 'user', 'customer'],
}
/** What stands before options, or before what is to follow it. */
const PROMPTS = ['prompt', 'question', 'context', 'instruction', 'query', 'input', 'ctx', 'text']
/** What says which option is right. */
const MARKS = [
  'label',
  'choice',
  'preference',
  'preferred',
  'winner',
  'better',
  'correct',
  'gold',
  'target',
  'class',
].concat(['answer', 'answerkey', 'answer_key', 'right'])

/** Collects the columns that any record has, in order of appearance. */
export function createColumnList() {
  const names = new Set<string>()
  return {
    names,
    /** @throws DatasetError for more columns than anybody means */
    add(values: Values, line: number): void {
      for (const name of values.keys()) {
        if (names.has(name)) continue
        names.add(name)
        if (names.size > LIMITS.columns)
          throw refusal(`line ${line}`, `at most ${LIMITS.columns} columns in all rows`, `another one, ${show(name)}`)
      }
    },
  }
}

/**
 * Fills the roles that are not said: by usual names, else the text is the column with the longest values and the label
 * one with two different values, or few. A split is guessed only where every value is one. What cannot be told is null.
 * @throws DatasetError for a chosen column that the file does not have
 */
export function chooseColumns(
  wanted: ColumnWishes,
  records: readonly Values[],
  columns: readonly string[],
): Columns & { doubtful: boolean } {
  checkColumns(wanted, columns)
  const proposal = proposeForm(records, columns)
  const { form = proposal.form } = wanted
  const options = form === 'options' ? (wanted.options ?? proposal.options) : []
  const right = form === 'options' ? rightIn(wanted, proposal) : null
  const target = form === 'text' ? (wanted.target === undefined ? proposal.target : wanted.target) : null
  const taken = new Set([...ROLES.map((role) => wanted[role]), ...options, target].filter((column) => column != null))
  const isSplit = (column: string) =>
    records.every((r) => !r.has(column) || splitOf(r.get(column)) !== null) && records.some((r) => r.has(column))
  const named = (role: Role): string | null => {
    const said = wanted[role]
    if (said !== undefined) return said
    const fits = (c: string) => !taken.has(c) && (role !== 'split' || isSplit(c))
    const names = namesOf(role, form)
    const found = columns.find((c) => names.includes(c.toLowerCase()) && fits(c)) ?? null
    if (found !== null) taken.add(found)
    return found
  }
  const label = form === 'text' || right === 'first' ? null : named('label')
  const roles = { text: named('text'), label, split: named('split'), group: named('group') }
  const doubtful = wanted.form === undefined && proposal.doubtful
  const chosen = { form, options, right, target, ...roles, doubtful }
  if (form !== 'classes') return chosen
  const free = () => columns.filter((c) => ![chosen.text, chosen.label, chosen.split, chosen.group].includes(c))
  if (wanted.text === undefined) chosen.text ??= longest(free(), records)
  if (wanted.label === undefined) chosen.label ??= likeliestLabel(free(), records)
  return chosen
}

/** What the names of the columns of a pair say of the right one, unless a column was named that does. */
const rightIn = ({ right, label, options }: ColumnWishes, proposal: Proposal) =>
  right ?? (label == null && options === undefined ? proposal.right : null)

const namesOf = (role: Role, form: Columns['form']): readonly string[] =>
  form === 'classes' || role === 'split' || role === 'group' ? NAMES[role] : role === 'text' ? PROMPTS : MARKS

/** The first column of two different values, else of few: each stands ten times on average. */
function likeliestLabel(columns: string[], records: readonly Values[]): string | null {
  const values = (column: string) => new Set(records.map((r) => labelOf(r.get(column)))).size
  const most = Math.min(MOST_CLASSES, records.length / 10)
  const few = (column: string) => values(column) > 2 && values(column) <= most
  return columns.find((column) => values(column) === 2) ?? columns.find(few) ?? null
}

/**
 * Of a file in which no columns are found nothing is said: its lines are.
 * @throws DatasetError naming the role, the columns there are and the one that is not
 */
export function checkColumns(wanted: ColumnWishes, columns: readonly string[]): void {
  if (columns.length === 0) return
  const named: [path: string, column: string | null | undefined][] = [
    ...ROLES.map((path): [string, string | null | undefined] => [path, wanted[path]]),
    ['target', wanted.target],
    ...(wanted.options ?? []).map((column, i): [string, string] => [`options[${i}]`, column]),
  ]
  const problems = named.flatMap(([path, column]) => {
    if (column == null || columns.includes(column)) return []
    return [{ path, expected: `a column: ${oneOf(columns.slice(0, 50), column)}`, got: show(column) }]
  })
  if (problems.length > 0) throw new DatasetError(problems)
}

/** A column of texts rather than of codes: its values are 20 characters long or more on average. */
function longest(columns: string[], records: readonly Values[]): string | null {
  const lengths = columns.map((column) => {
    const texts = records.map((r) => r.get(column)).filter((v) => typeof v === 'string')
    return { column, mean: texts.reduce((sum, t) => sum + t.length, 0) / Math.max(1, records.length) }
  })
  const best = lengths.sort((a, b) => b.mean - a.mean)[0]
  return best && best.mean >= 20 ? best.column : null
}

/**
 * Why the first line of a table is likely a row and no header: one of its fields is a value of its column, which has few
 * of them or numbers alone; null where it may well be a header.
 */
export function headerDoubt(header: readonly string[], records: readonly Values[]): string | null {
  if (records.length < 2) return null
  const columns = [...records[0]!.keys()]
  for (const [i, column] of columns.entries()) {
    const field = header[i]?.trim() ?? ''
    if (field === '') continue
    const values = records.map((r) => plain(r.get(column)))
    const different = new Set(values)
    const few = different.size <= Math.max(2, records.length / 10)
    if (few && different.has(field)) return `${show(field)} in it is a value of its column`
    if (isNumber(field) && values.every(isNumber)) return `${show(field)} in it is a number, like all of its column`
  }
  return null
}
