import { JsonError, parseJson } from '../json'
import { LIMITS } from './limits'

/**
 * Strings, numbers, and the words that Python writes for what JSON has no number for. Each is taken whole, a string that
 * does not end up to the end: what has been looked at is not looked at again.
 */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|-?Infinity\b|\bNaN\b/gs
/** Whether a text may have any of the latter two. */
const SPECIAL = /\d{16}|NaN|Infinity/
const UNSAFE = /^(?:-?\d{16,}|-?Infinity|NaN)$/
/** No key of a file begins so, but by design; and who writes one gets the text that it holds. */
const MARK = '\u0000exact'

/**
 * The record that a JSON text is: whole numbers beyond 2^53 come as bigint, NaN and the infinities of Python as numbers.
 * @throws JsonError for what is no JSON, and for what nests too deep
 */
export function parseRecord(text: string): unknown {
  // What is short enough cannot nest deep: most lines are parsed at once.
  const value: unknown = SPECIAL.test(text) ? parseSpecial(text) : parsePlain(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return new Map(Object.entries(value).map(([key, one]) => [key, exact(one)]))
}

function parsePlain(text: string): unknown {
  if (countOpen(text) > LIMITS.nesting) return parseJson(text, { nesting: LIMITS.nesting, once: false })
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new JsonError([{ path: '', expected: 'JSON', got: (cause as Error).message }], { cause })
  }
}

function parseSpecial(text: string): unknown {
  return parsePlain(
    text.replace(TOKENS, (token) => {
      if (!UNSAFE.test(token) || Number.isSafeInteger(Number(token))) return token
      return `{${JSON.stringify(MARK)}:"${token}"}`
    }),
  )
}

/** How many brackets open in a text, in its strings too, counted as far as it matters. */
function countOpen(text: string): number {
  let open = 0
  for (let i = 0; i < text.length && open <= LIMITS.nesting; i++) if (text[i] === '[' || text[i] === '{') open++
  return open
}

function exact(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const token: unknown = (value as Record<string, unknown>)[MARK]
  if (typeof token !== 'string') return value
  return /^-?\d+$/.test(token) ? BigInt(token) : Number(token)
}
