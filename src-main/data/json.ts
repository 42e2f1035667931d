import { MOST_PROBLEMS, pathText, show, type Problem } from '../science/spec/problems'

/** How deep lists and objects may lie in each other: no document that this application knows has a third of that. */
export const NESTING = 64

/** A text that is no JSON as it is wanted here, with every fault and its place. */
export class JsonError extends Error {
  override readonly name = 'JsonError'
  constructor(
    readonly problems: Problem[],
    options?: ErrorOptions,
  ) {
    super(problems.map((p) => `${p.path ? `${p.path}: ` : ''}expected ${p.expected}, got ${p.got}`).join('\n'), options)
  }
}

interface JsonOptions {
  /** How deep lists and objects may lie in each other. */
  nesting?: number
  /** Whether a key that stands twice in one object is refused; else the last one counts, as in JSON.parse. */
  once?: boolean
}

/**
 * The value of a JSON text that somebody brought. A byte order mark before it is taken. How deep it nests is found before
 * anything is made of it: a few bytes of brackets would take the memory of a machine, or the stack of whoever walks it.
 * @throws JsonError
 */
export function parseJson(text: string, { nesting = NESTING, once = true }: JsonOptions = {}): unknown {
  const repeated = scan(text, nesting, once)
  let value: unknown
  try {
    value = JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text)
  } catch (cause) {
    throw new JsonError([{ path: '', expected: 'JSON', got: (cause as Error).message }], { cause })
  }
  if (repeated.length > 0) throw new JsonError(repeated)
  return value
}

const BYTE_ORDER_MARK = 0xfeff

/** A list or an object that is open where the scan is. */
interface Level {
  /** Keys of an object so far; null in a list. */
  keys: Set<string> | null
  /** Key or index of what comes next. */
  at: string | number
}

/**
 * Walks along a text without recursion, telling keys that stand twice. What is no JSON at all is left to the parser.
 * @throws JsonError at the first bracket that lies too deep
 */
function scan(text: string, nesting: number, once: boolean): Problem[] {
  const levels: Level[] = []
  const problems: Problem[] = []
  let string = { from: 0, to: 0 }
  for (let i = 0; i < text.length; i++) {
    const level = levels.at(-1)
    switch (text[i]) {
      case '"':
        string = { from: i, to: endOfString(text, i) }
        i = string.to - 1
        break
      case ':':
        if (!level?.keys) break
        level.at = keyOf(text, string)
        if (once && problems.length < MOST_PROBLEMS) note(level.keys, level.at, levels, problems)
        break
      case ',':
        if (level && typeof level.at === 'number') level.at += 1
        break
      case '{':
      case '[':
        levels.push(text[i] === '{' ? { keys: new Set(), at: '' } : { keys: null, at: 0 })
        if (levels.length > nesting) throw tooDeep(nesting, levels)
        break
      case '}':
      case ']':
        levels.pop()
    }
  }
  return problems
}

/** Where the string that begins at a quote has ended. */
function endOfString(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i + 1
  }
  return text.length
}

/** A key as it is meant: escapes may spell the same one in several ways. */
function keyOf(text: string, { from, to }: { from: number; to: number }): string {
  const token = text.slice(from, to)
  if (!token.includes('\\')) return token.slice(1, -1)
  try {
    return JSON.parse(token) as string
  } catch {
    return token
  }
}

function note(keys: Set<string>, key: string, levels: Level[], problems: Problem[]): void {
  if (keys.has(key))
    problems.push({ path: pathText(levels.map((l) => l.at)), expected: `${show(key)} once`, got: 'it again' })
  keys.add(key)
}

function tooDeep(nesting: number, levels: Level[]): JsonError {
  const path = pathText(levels.slice(0, 4).map((level) => level.at))
  return new JsonError([{ path, expected: `at most ${nesting} lists and objects in each other`, got: 'more' }])
}
