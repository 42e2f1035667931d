// What examples are looked at, as the address has it and as chips say it.
import { count } from '../../lib/format'
import type { Cell, ExampleFilter } from '../../lib/types'
import { ERRORS, parseCells, told } from './slice'

type Query = Readonly<Record<string, string>>
/** What is looked at beside cells and text. */
export type Facet = Exclude<keyof ExampleFilter, 'cells' | 'search'>
type Range = readonly [number, number]

/** How each stands in the address. */
export const NAMED = {
  truth: 'truth',
  weakSays: 'weak',
  studentSays: 'student',
  weakConfidence: 'sure',
  studentConfidence: 'studentsure',
  length: 'length',
  group: 'group',
  remark: 'remark',
  trueConfidence: 'holds',
  variability: 'varies',
  held: 'held',
  path: 'path',
} as const satisfies Record<Facet, string>
export const FACETS = Object.keys(NAMED) as Facet[]
/** What an example is, whatever anybody says of it. */
const OF_ITSELF: readonly Facet[] = ['truth', 'length', 'group']

/** Whether examples are chosen by what models, or the user, said of them. */
export const goesByAnswers = (filter: ExampleFilter): boolean =>
  filter.cells.length > 0 || FACETS.some((facet) => filter[facet] !== undefined && !OF_ITSELF.includes(facet))

/** A number from 0 on; undefined of anything else. */
function numberIn(text = ''): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}

/** E.g. `0.8..1`; undefined of what is no range. */
function rangeIn(text: string | undefined, most: number): [number, number] | undefined {
  const [from, to, ...rest] = (text ?? '').split('..').map(numberIn)
  const isRange = from !== undefined && to !== undefined && from <= to && to <= most && rest.length === 0
  return isRange ? [from, to] : undefined
}
export const REMARKS = [
  { value: 'any', label: 'flagged or noted' },
  { value: 'note', label: 'with a note' },
  ...(['1', '2', '3', '4', '5'] as const).map((value) => ({ value, label: `flag ${value}` })),
] as const
const remarkIn = (text?: string) => REMARKS.find(({ value }) => value === text)
const optionIn = (text?: string) => (/^\d{1,2}$/.test(text ?? '') && Number(text) < 60 ? Number(text) : undefined)
function lengthIn(text?: string): [number, number] | undefined {
  const range = rangeIn(text, Number.MAX_SAFE_INTEGER)
  return range?.every(Number.isInteger) ? range : undefined
}

/**
 * What the address asks for; what is no filter is dropped. An address that names neither cells nor another arm asks for
 * the supervisor's errors, which one comes for.
 */
export function parseFilter(query: Query): ExampleFilter {
  const { cells, against } = query
  const found: { [K in Facet]?: ExampleFilter[K] } = {
    truth: optionIn(query[NAMED.truth]),
    weakSays: optionIn(query[NAMED.weakSays]),
    studentSays: optionIn(query[NAMED.studentSays]),
    weakConfidence: rangeIn(query[NAMED.weakConfidence], 1),
    studentConfidence: rangeIn(query[NAMED.studentConfidence], 1),
    length: lengthIn(query[NAMED.length]),
    group: query[NAMED.group] || undefined,
    remark: remarkIn(query[NAMED.remark])?.value,
    trueConfidence: rangeIn(query[NAMED.trueConfidence], 1),
    variability: rangeIn(query[NAMED.variability], 1),
    held: optionIn(query[NAMED.held]),
    path: /^[01]{3,40}$/.test(query[NAMED.path] ?? '') ? query[NAMED.path] : undefined,
  }
  const named = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
  return { cells: cells || against ? parseCells(cells) : [...ERRORS], search: query['q'] ?? '', ...named }
}

/** The address of cells: of all of them it has a word, since none named are the supervisor's errors. */
export const cellsText = (cells: readonly Cell[]): string => (cells.length > 0 ? cells.join(',') : 'all')

export const rangeText = ([from, to]: Range): string => `${from}..${to}`

/** The address of a filter: what it does not say is said to be nothing. */
export function filterQuery(filter: ExampleFilter): Record<string, string> {
  const text = (value: ExampleFilter[Facet]) =>
    value === undefined ? '' : typeof value === 'object' ? rangeText(value) : String(value)
  const facets = FACETS.map((facet): [string, string] => [NAMED[facet], text(filter[facet])])
  return { cells: cellsText(filter.cells), q: filter.search, ...Object.fromEntries(facets) }
}

const percents = ([from, to]: Range) => `${Math.round(from * 1000) / 10} to ${Math.round(to * 1000) / 10} %`

/** What a facet asks for, in words; '' where it asks for nothing. */
export function facetText(facet: Facet, filter: ExampleFilter, classes: readonly string[]): string {
  const { truth, weakSays, studentSays, weakConfidence, studentConfidence, length, group } = filter
  const { trueConfidence, variability, held, path } = filter
  const texts: Record<Facet, string | undefined> = {
    truth: truth === undefined ? undefined : `truth ${told(truth, classes)}`,
    weakSays: weakSays === undefined ? undefined : `weak says ${told(weakSays, classes)}`,
    studentSays: studentSays === undefined ? undefined : `student says ${told(studentSays, classes)}`,
    weakConfidence: weakConfidence && `weak sure by ${percents(weakConfidence)}`,
    studentConfidence: studentConfidence && `student sure by ${percents(studentConfidence)}`,
    length: length && `${count(length[0])} to ${count(length[1])} characters`,
    group: group === undefined ? undefined : `group ${group}`,
    remark: remarkIn(filter.remark)?.label,
    trueConfidence: trueConfidence && `truth held by ${percents(trueConfidence)}`,
    variability: variability && `varies by ${percents(variability)}`,
    held: held === undefined ? undefined : `student holds ${told(held, classes)}`,
    path: path && `${[...path].map((digit) => (digit === '1' ? 'right' : 'wrong')).join(' → ')} up the ladder`,
  }
  return texts[facet] ?? ''
}
