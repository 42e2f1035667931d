import type { z } from 'zod'

/** One thing wrong with an input: where, what was expected, what was there. */
export interface Problem {
  /** E.g. `methods[1].alphaMax`; '' is the input itself. */
  path: string
  expected: string
  got: string
}

/**
 * What a schema found wrong, in words for people; each problem has a path, an expectation and the value that was there.
 * An issue of our own whose parameter `sameAs` names an earlier entry of the same list is answered with its place.
 * @param input what was parsed
 * @param schema the schema that refused it: lets an unknown key be answered with the key that was meant
 */
export function problemsOf(error: z.ZodError, input: unknown, schema?: z.ZodType): Problem[] {
  const problems = error.issues.slice(0, MOST_PROBLEMS).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const known = schema ? keysAt(schema, issue.path, input) : []
      return issue.keys
        .slice(0, MOST_PROBLEMS)
        .map((key) => problem([...issue.path, key], `no such key${meant(key, known, ' here')}`, input))
    }
    const found = problem(issue.path, expectation(issue, valueAt(input, issue.path)), input)
    const sameAs: unknown = issue.code === 'custom' ? issue.params?.['sameAs'] : undefined
    if (typeof sameAs !== 'number') return [found]
    return [{ ...found, got: `the same as ${pathText([...issue.path.slice(0, -1), sameAs])}` }]
  })
  return problems.slice(0, MOST_PROBLEMS)
}

/** More than this nobody mends at once; whoever sends a million must not make a million sentences. */
export const MOST_PROBLEMS = 100

/** One problem at a path, with the value that the input has there. */
function problem(path: PropertyKey[], expected: string, input: unknown): Problem {
  return { path: pathText(path), expected, got: show(valueAt(input, path)) }
}

/** A value for a message: short JSON, `nothing` when there is none. Never throws, whatever the value. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text =
    typeof value === 'number' ? String(value) : jsonOf(typeof value === 'string' ? value.slice(0, 99) : value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

function jsonOf(value: unknown): string {
  if (ArrayBuffer.isView(value)) return 'bytes'
  try {
    return JSON.stringify(value) ?? typeof value
  } catch {
    // A BigInt, an object that contains itself, or one so deep that no stack walks it.
    return typeof value === 'bigint' ? 'a BigInt' : 'something that is no JSON'
  }
}

/** `one of "a", "b"`, with the likeliest of them first when `got` is near to one. */
export function oneOf(options: readonly unknown[], got: unknown): string {
  const list = options.map(show).join(', ')
  return (options.length === 1 ? list : `one of ${list}`) + meant(got, options.map(String), '')
}

/** Nobody mistypes a longer one, and the distance costs its length. */
const LONGEST_WORD = 100

function meant(got: unknown, known: readonly string[], otherwise: string): string {
  if (typeof got !== 'string' || got.length > LONGEST_WORD) return otherwise
  const near = known
    .filter((word) => Math.abs(word.length - got.length) <= Math.ceil(word.length / 3))
    .map((word) => ({ word, distance: editDistance(word.toLowerCase(), got.toLowerCase()) }))
    .filter(({ word, distance }) => distance <= Math.ceil(word.length / 3))
    .sort((a, b) => a.distance - b.distance)[0]
  return near ? `; did you mean ${show(near.word)}?` : otherwise
}

/** Levenshtein's distance, two letters that changed places being one slip (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const slips = [row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)]
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] && j > 1 && i > 1) slips.push(before[j - 2]! + 1)
      next.push(Math.min(...slips))
    }
    before = row
    row = next
  }
  return row[b.length]!
}

/** `methods[1].alphaMax` of the steps that lead there. */
export function pathText(path: PropertyKey[]): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i ? '.' : ''}${String(part)}`)).join('')
}

function valueAt(input: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown> | undefined | null)?.[part], input)
}

const NOUNS: Record<string, string> = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}
/** What each kind of thing with a size is counted in: one, several. */
const UNITS: Record<string, [string, string]> = { string: ['character', 'characters'], array: ['entry', 'entries'] }

function amount(limit: number | bigint, origin: string): string {
  const units = UNITS[origin]
  return units ? `${limit} ${units[limit === 1 ? 0 : 1]}` : String(limit)
}

function expectation(issue: z.core.$ZodIssue, got: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return NOUNS[issue.expected] ?? issue.expected
    case 'invalid_value':
      return oneOf(issue.values, got)
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'more than'} ${amount(issue.minimum, issue.origin)}`
    case 'too_big':
      return `${issue.inclusive ? 'at most' : 'less than'} ${amount(issue.maximum, issue.origin)}`
    case 'invalid_union': {
      if ('options' in issue && Array.isArray(issue.options)) return oneOf(issue.options, got)
      const branches = issue.errors.map((issues) => issues.map((i) => expectation(i, got)).join(' and '))
      return [...new Set(branches)].join(', or ')
    }
    default:
      return issue.message.replace(/^expected /, '')
  }
}

/** The part of a zod definition that the walk along a path needs. */
interface Definition {
  type: string
  shape?: Record<string, z.ZodType>
  element?: z.ZodType
  innerType?: z.ZodType
  in?: z.ZodType
  valueType?: z.ZodType
  options?: z.ZodType[]
  discriminator?: string
}

/** Keys of the object schema at a path; of a union, those of the branch that the input's tag names. */
function keysAt(schema: z.ZodType, path: PropertyKey[], input: unknown): string[] {
  const shape = (resolve(schema, input).def as unknown as Definition).shape
  if (path.length === 0) return Object.keys(shape ?? {})
  const def = resolve(schema, input).def as unknown as Definition
  const [part, ...rest] = path as [PropertyKey, ...PropertyKey[]]
  const next = def.shape?.[String(part)] ?? def.element ?? def.valueType
  return next ? keysAt(next, rest, valueAt(input, [part])) : []
}

/** Unwraps defaults, optionals and pipes, and picks the branch of a tagged union. */
function resolve(schema: z.ZodType, input: unknown): z.ZodType {
  const def = schema.def as unknown as Definition
  const { discriminator: tag } = def
  const inner =
    tag === undefined
      ? (def.innerType ?? def.in)
      : def.options?.find(
          (o) => (o.def as unknown as Definition).shape?.[tag]?.safeParse(valueAt(input, [tag])).success,
        )
  return inner ? resolve(inner, input) : schema
}
