// A spec as people write it: YAML, of which JSON is a part. The one reader and writer of it, for window and command line.
import {
  Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'

/** Characters of a text. A spec that plans as many stages as there may be is far shorter. */
const LONGEST = 2 ** 20
/** How deep lists and objects may lie in each other, as in a JSON that somebody brought. */
const NESTING = 64
/** Text, numbers, true, false and null are told apart as in JSON, whatever version or tags a text asks for. */
const READING = {
  schema: 'core',
  resolveKnownTags: false,
  keepSourceTokens: false,
  prettyErrors: false,
  logLevel: 'error',
} as const
const WRITING = { lineWidth: 0, flowCollectionPadding: false } as const

/** A text that is no YAML, or more than a spec may say, with the line (from 1) where that is. */
export class SpecTextError extends Error {
  override readonly name = 'SpecTextError'
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message)
  }
}

/** What a text says, and where. */
export interface ReadText {
  value: unknown
  /** Line (from 1) of the place that these steps lead to, or of the nearest around it that is written down. */
  lineOf: (path: readonly (string | number)[]) => number
}

/** @throws SpecTextError */
export function readText(text: string): ReadText {
  const lines = new LineCounter()
  const doc = parsed(text, lines)
  return { value: doc.toJS(), lineOf: (path) => lines.linePos(startOf(doc.contents, path)).line }
}

/** A value as YAML, lists of plain values on one line each. */
export function writeText(value: unknown): string {
  const doc = new Document(null, READING)
  doc.contents = created(doc, value)
  return doc.toString(WRITING)
}

/**
 * The text changed as little as makes it say `value`: comments, order, quotes and blank lines stay with what stays.
 * Entries that begin or end a list alike before and after are the same ones.
 * @throws SpecTextError of a text that cannot be read
 */
export function followText(text: string, value: unknown): string {
  const doc = parsed(text, new LineCounter())
  doc.contents = followed(doc, doc.contents, value)
  return doc.toString(WRITING)
}

function parsed(text: string, lines: LineCounter): Document {
  if (text.length > LONGEST) throw new SpecTextError(1, `This is longer than the ${LONGEST} characters of a spec.`)
  if (isTooDeep(text)) throw new SpecTextError(1, `Lists and objects lie in each other more than ${NESTING} deep.`)
  const doc = parseDocument(text, { ...READING, lineCounter: lines })
  const at = (offset: number) => lines.linePos(offset).line
  const [error] = doc.errors
  if (error) throw new SpecTextError(at(error.pos[0]), SENTENCES[error.code] ?? `${error.message}.`)
  const [warning] = doc.warnings
  if (warning) throw new SpecTextError(at(warning.pos[0]), `${warning.message}. A spec has no tags.`)
  const refuse = (node: Node, message: string): never => {
    throw new SpecTextError(at(node.range?.[0] ?? 0), message)
  }
  visit(doc, (_key, node) => {
    if (isAlias(node)) refuse(node, `"*${node.source}" stands for something written elsewhere; write it out here.`)
    if (isScalar(node) && !isPlain(node.value)) refuse(node, `"${node.source}" is no number that JSON can say.`)
    if (isMap(node)) for (const { key } of node.items) if (!isName(key)) refuse(node, 'Every key has to be a text.')
  })
  return doc
}

const SENTENCES: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'This key stands twice in one object.',
  MULTIPLE_DOCS: 'There is more than one document; a spec is one.',
}

/**
 * Whether a text nests too deep for the parser, which walks it by its own stack and takes the process along. Found from
 * brackets that are open and from what a line begins with, before anything is made of it; counted with what stands in texts.
 */
function isTooDeep(text: string): boolean {
  let open = 0
  for (const char of text) {
    if (char === '[' || char === '{') open++
    else if ((char === ']' || char === '}') && open > 0) open--
    if (open > NESTING) return true
  }
  return new RegExp(`^[ \\t?:-]{${2 * NESTING + 1}}`, 'm').test(text)
}

const isPlain = (value: unknown) =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
const isName = (key: unknown) => isScalar(key) && typeof key.value === 'string'

/** Offset of what the steps lead to; of an entry of an object, of its key. */
function startOf(node: unknown, [part, ...rest]: readonly (string | number)[]): number {
  const here = (node as Node | null)?.range?.[0] ?? 0
  if (part === undefined) return here
  if (isSeq(node) && typeof part === 'number') return node.items[part] ? startOf(node.items[part], rest) : here
  const pair = isMap(node) ? pairOf(node, String(part)) : undefined
  if (!pair) return here
  const key = (pair.key as Node).range?.[0] ?? here
  return rest.length > 0 && pair.value ? Math.max(key, startOf(pair.value, rest)) : key
}

const pairOf = ({ items }: YAMLMap, name: string): Pair | undefined =>
  items.find(({ key }) => isScalar(key) && key.value === name)

function created(doc: Document, value: unknown): Node {
  const node = doc.createNode(value)
  visit(node, {
    Seq(_key, seq) {
      if (seq.items.every((item) => isScalar(item))) seq.flow = true
    },
  })
  return node
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const sameValue = (doc: Document, node: unknown, value: unknown) =>
  JSON.stringify((node as Node).toJS(doc)) === JSON.stringify(value)

function followed(doc: Document, node: unknown, value: unknown): Node {
  if (isMap(node) && node.items.length > 0 && isObject(value)) return followedMap(doc, node, value)
  if (isSeq(node) && node.items.length > 0 && Array.isArray(value)) return followedSeq(doc, node, value)
  if (isScalar(node) && node.value === value) return node
  const fresh = created(doc, value)
  if (isScalar(fresh) && isScalar(node) && typeof node.value === typeof value) fresh.type = node.type
  const { comment, commentBefore, spaceBefore } = (node ?? {}) as Partial<Node>
  return Object.assign(fresh, { comment, commentBefore, spaceBefore })
}

function followedMap(doc: Document, node: YAMLMap, value: Record<string, unknown>): YAMLMap {
  node.items = node.items.filter(({ key }) => isScalar(key) && Object.hasOwn(value, String(key.value)))
  for (const [name, part] of Object.entries(value)) {
    const pair = pairOf(node, name)
    if (part === undefined) continue
    if (pair) pair.value = followed(doc, pair.value, part)
    else node.items.push(doc.createPair(name, created(doc, part)))
  }
  return node
}

function followedSeq(doc: Document, node: YAMLSeq, value: readonly unknown[]): YAMLSeq {
  const before = node.items
  const most = Math.min(before.length, value.length)
  let start = 0
  while (start < most && sameValue(doc, before[start], value[start])) start++
  let end = 0
  while (end < most - start && sameValue(doc, before.at(-1 - end), value.at(-1 - end))) end++
  const middle = before.slice(start, before.length - end)
  node.items = [
    ...before.slice(0, start),
    ...value.slice(start, value.length - end).map((item, i) => followed(doc, middle[i], item)),
    ...before.slice(before.length - end),
  ]
  return node
}
