import { oneOf } from '../../science/spec/problems'
import { foldText } from '../../science/tasks/twins'
import type { Columns } from './columns'
import { LIMITS } from './limits'
import type { BadLine, Entry, Kept } from './problem'
import { labelOf, plain, shown, splitOf, SPLIT_WORDS } from './values'

/** A record with its roles. */
export interface Row {
  line: number
  /** Of options what they have in common; '' for nothing. */
  text: string
  /** Two or more; none of other forms. */
  options: string[]
  /** What follows the text; '' of other forms. */
  target: string
  /** As a class is called, or as it says which option is right; '' where no column says it. */
  label: string
  split: 'train' | 'test' | null
  /** The split as the file says it; '' without one. */
  splitWord: string
  group: string | null
  kept?: Kept
}
type Texts = Pick<Row, 'text' | 'options' | 'target'>

/** Turns a record into a row; whether its label is one of the classes, or says an option, is for others to say. */
export function readRow(entry: Entry, columns: Columns): Row | BadLine {
  if ('expected' in entry) return entry
  const { line, values, kept } = entry
  const valueOf = (column: string | null) => (column === null ? undefined : values.get(column))
  const bad = (expected: string, value: unknown): BadLine => ({ line, expected, got: shown(value) })
  const texts = textsIn(values, columns)
  if ('expected' in texts) return { line, ...texts }
  const label = labelOf(valueOf(columns.label))
  if (columns.label !== null && label === '')
    return bad(`a label in column ${shown(columns.label)}`, valueOf(columns.label))
  const said = columns.split === null ? null : splitOf(valueOf(columns.split))
  if (columns.split !== null && said === null)
    return bad(`a split (${SPLIT_WORDS.join(', ')}) in column ${shown(columns.split)}`, valueOf(columns.split))
  return {
    line,
    ...texts,
    label,
    split: said?.split ?? null,
    splitWord: said?.word ?? '',
    group: plain(valueOf(columns.group)) || null,
    ...(kept && { kept }),
  }
}

type Fault = Pick<BadLine, 'expected' | 'got'>

/** What a net is to read and write of a record. */
function textsIn(values: ReadonlyMap<string, unknown>, { form, text, options, target }: Columns): Texts | Fault {
  const prompt = form === 'options' && text === null ? '' : textIn(values, text)
  if (typeof prompt !== 'string') return prompt
  if (form === 'classes') return { text: prompt, options: [], target: '' }
  if (form === 'text') {
    const follows = textIn(values, target)
    return typeof follows === 'string' ? { text: prompt, options: [], target: follows } : follows
  }
  const listed = optionsIn(values, options)
  return Array.isArray(listed) ? { text: prompt, options: listed, target: '' } : listed
}

function optionsIn(values: ReadonlyMap<string, unknown>, columns: readonly string[]): string[] | Fault {
  const [list] = columns
  const found = columns.length === 1 ? values.get(list!) : columns.map((column) => values.get(column))
  const where = `column${columns.length === 1 ? '' : 's'} ${columns.map(shown).join(', ')}`
  if (!Array.isArray(found) || found.length < 2) return { expected: `two or more texts in ${where}`, got: shown(found) }
  const texts = found.map((value: unknown) => checked(value, where))
  const fault = texts.find((one) => typeof one !== 'string')
  if (fault !== undefined) return fault
  const options = texts.filter((one) => typeof one === 'string')
  const same = options.find((option, i) => options.findIndex((one) => foldText(one) === foldText(option)) < i)
  if (same !== undefined) return { expected: `different texts in ${where}`, got: `${shown(same)} twice` }
  return options
}

const textIn = (values: ReadonlyMap<string, unknown>, column: string | null) =>
  checked(column === null ? undefined : values.get(column), `column ${shown(column)}`)

function checked(text: unknown, where: string): string | Fault {
  if (typeof text !== 'string' || text.trim() === '') return { expected: `a text in ${where}`, got: shown(text) }
  if (text.length > LIMITS.text)
    return { expected: `a text of at most ${LIMITS.text} characters`, got: `${text.length}` }
  return text
}

/** A label that is none of the classes. No class is suggested: it might be the wrong one. */
export function foreignLabel(line: number, label: string, classes: readonly string[]): BadLine {
  const count = classes.length === 2 ? 'two' : classes.length
  return { line, expected: `${oneOf(classes, null)} (the ${count} classes)`, got: shown(label) }
}
