import { FIELDS, type Subject } from './fields'
import { QueryError, type Comparison, type Token } from './tokens'

export type Test = (subject: Subject) => boolean
type Term = Extract<Token, { type: 'term' }>

const NUMBER = String.raw`[-−]?(?:\d+\.?\d*|\.\d+)`
const DATE = String.raw`\d{4}-\d{2}-\d{2}`
const whole = (pattern: string) => new RegExp(`^${pattern}$`)
const range = (pattern: string) => new RegExp(`^(${pattern})?\\.\\.(${pattern})?$`)
const IS = { number: whole(NUMBER), date: whole(DATE) }
const RANGE = { number: range(NUMBER), date: range(DATE) }
const EXPECTED = {
  number: 'a number such as .2, or a range such as .1...3',
  date: 'a day such as 2026-11-30, or a range such as 2026-11-01..2026-11-30',
}

/** The test that one term stands for. @throws QueryError */
export function termTest(term: Term): Test {
  const field = FIELDS[term.field]
  if (!field) throw new QueryError({ at: term.from, expected: fieldNames(), got: `"${term.field}"` })
  if (field.type === 'number' || field.type === 'date') return scaleTest(term)
  if (term.by !== ':' && term.by !== '=')
    throw new QueryError({ at: term.from + term.field.length, expected: `: or = after ${term.field}`, got: term.by })
  if (term.value === '') throw missing(term, field.type === 'choice' ? listed(field.values) : 'a word or "a phrase"')
  const value = term.value.toLowerCase()
  if (field.type === 'choice') {
    if (!field.values.includes(value)) throw missing(term, listed(field.values))
    return (subject) => field.of(subject).includes(value)
  }
  const same = term.by === '=' ? (text: string) => text === value : (text: string) => text.includes(value)
  return (subject) => field.of(subject).some((text) => text !== null && same(text.toLowerCase()))
}

/** A number or a day beside what was asked for: `undefined` is asked for by name, and is never in a range. */
function scaleTest(term: Term): Test {
  const field = FIELDS[term.field]!
  if (field.type !== 'number' && field.type !== 'date') throw missing(term, fieldNames())
  const { by, value } = term
  if (field.type === 'number' && value.toLowerCase() === 'undefined' && (by === ':' || by === '='))
    return (subject) => field.of(subject) === 'undefined'
  const within = bounds(term, field.type)
  return (subject) => {
    const of = field.of(subject)
    return typeof of === 'number' && within(of)
  }
}

/** @throws QueryError */
function bounds(term: Term, type: 'number' | 'date'): (value: number) => boolean {
  const { by, value } = term
  const read = (text: string) => (type === 'number' ? Number(text.replace('−', '-')) : dayOf(term, text))
  if (IS[type].test(value)) {
    const from = read(value)
    return compare(by, from, type === 'date' ? nextDay(from) : null)
  }
  const parts = RANGE[type].exec(value)
  const [low, high] = [parts?.[1], parts?.[2]]
  if (!parts || (low === undefined && high === undefined) || (by !== ':' && by !== '='))
    throw missing(term, EXPECTED[type])
  const least = low === undefined ? -Infinity : read(low)
  const most = high === undefined ? Infinity : read(high)
  // The last day of a range belongs to it.
  return type === 'date'
    ? (at) => at >= least && at < (high === undefined ? most : nextDay(most))
    : (x) => x >= least && x <= most
}

/** @param end where what was asked for ends, of a day; null of a number */
function compare(by: Comparison, from: number, end: number | null): (value: number) => boolean {
  switch (by) {
    case '>':
      return end === null ? (x) => x > from : (x) => x >= end
    case '>=':
      return (x) => x >= from
    case '<':
      return (x) => x < from
    case '<=':
      return end === null ? (x) => x <= from : (x) => x < end
    default:
      return end === null ? (x) => x === from : (x) => x >= from && x < end
  }
}

/** The start of a day where the reader lives. @throws QueryError of a day that there is not */
function dayOf(term: Term, text: string): number {
  const [year, month, day] = text.split('-').map(Number) as [number, number, number]
  const date = new Date(year, month - 1, day)
  if (date.getMonth() !== month - 1 || date.getDate() !== day) throw missing(term, EXPECTED.date)
  return date.getTime()
}

function nextDay(at: number): number {
  const date = new Date(at)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime()
}

function missing(term: Term, expected: string): QueryError {
  const got = term.value === '' ? 'nothing' : `"${term.value}"`
  return new QueryError({ at: term.valueAt, expected: `${expected} after ${term.field}${term.by}`, got })
}

const listed = (names: readonly string[]) => `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
const fieldNames = () => `a field (${listed(Object.keys(FIELDS))}), or the text in quotes`
