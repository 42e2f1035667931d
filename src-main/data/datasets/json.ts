import { show } from '../../science/spec/problems'
import { JsonError } from '../json'
import { parseRecord } from './json-value'
import { LIMITS } from './limits'
import { refusal, type Entry } from './problem'
import type { RecordReader, Emit } from './reader'

const OBJECT = 'one JSON object a line'

/**
 * Records of a JSON file: one object a line; or objects over several lines; or one list of them. The first line that is
 * not blank says which.
 */
export function createJsonReader(): RecordReader {
  let reader: RecordReader | null = null
  let blank = 0
  return {
    feed(line, emit) {
      if (!reader) {
        if (line.text.trim() === '' && !line.cut) {
          blank++
          return
        }
        reader = kindOf(line.text) === 'lines' ? createLineReader() : createObjectReader()
      }
      reader.feed(line, emit)
    },
    end: (emit) => reader?.end(emit),
    facts: () => ({ ...(reader?.facts() ?? NOTHING), blank: blank + (reader?.facts().blank ?? 0) }),
  }
}

const NOTHING = { blank: 0, header: null, columns: [], headerLines: 0, continued: 0, quotes: false }

/** A list, or an object that the line does not end: a string that it does not end is a mistake in any of them. */
function kindOf(first: string): 'lines' | 'objects' {
  const text = first.trim()
  if (text.startsWith('[')) return isWholeList(text) ? 'lines' : 'objects'
  if (!text.startsWith('{')) return 'lines'
  const scan = createScan()
  // Only where it stands at the end matters.
  Array.from(scan.objects(text))
  return scan.open() && !scan.inString() ? 'objects' : 'lines'
}

/** `[1, 2]`: a list without a single object is a line that is none, among others that may be. */
const isWholeList = (text: string) => /^\[[^{]*\]$/.test(text)

/** One object a line; a line that is none costs no other one. */
function createLineReader(): RecordReader {
  let blank = 0
  return {
    feed({ number: line, text, broken, cut }, emit) {
      if (cut) throw refusal(`line ${line}`, `a line of at most ${LIMITS.line} bytes`, 'more')
      if (text.trim() === '') blank++
      else if (broken) emit({ line, expected: 'UTF-8 text', got: 'other bytes' })
      else emit(entryOf(text, line, OBJECT))
    },
    end: () => undefined,
    facts: () => ({ ...NOTHING, blank }),
  }
}

function entryOf(text: string, line: number, expected: string): Entry {
  try {
    const values = parseRecord(text)
    return values instanceof Map
      ? { line, values: values as Map<string, unknown> }
      : { line, expected, got: show(values) }
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    const [problem] = error.problems
    // Of what is no JSON the text says most; of what nests too deep, the limit.
    return problem?.expected === 'JSON' ? { line, expected, got: show(text) } : { line, ...pick(problem!) }
  }
}

const pick = ({ expected, got }: { expected: string; got: string }) => ({ expected, got })

/** Objects over several lines, with or without a list around them. */
function createObjectReader(): RecordReader {
  const scan = createScan()
  let [blank, start, broken] = [0, 0, false]
  let held: string[] = []
  let size = 0

  function drop(): void {
    held = []
    size = 0
    broken = false
  }
  function take(part: string, line: number): void {
    if (held.length === 0) start = line
    held.push(part)
    if ((size += part.length) > LIMITS.line)
      throw refusal(`line ${start}`, `an object of at most ${LIMITS.line} characters`, 'more')
  }
  function finish(emit: Emit): void {
    const text = held.join('')
    emit(broken ? { line: start, expected: 'UTF-8 text', got: 'other bytes' } : entryOf(text, start, 'a JSON object'))
    drop()
  }
  return {
    feed({ number, text, broken: bad, cut }, emit) {
      if (text.trim() === '' && !scan.open()) return void blank++
      let stray = ''
      for (const { part, inside, closed } of scan.objects(text)) {
        if (!inside) stray += part
        else {
          broken ||= bad
          take(part, number)
          if (closed) finish(emit)
        }
      }
      if (/[^\s,[\]]/.test(stray)) emit({ line: number, expected: 'JSON objects', got: show(stray.trim()) })
      if (scan.open() && !cut) take('\n', number)
      if (scan.inString() && !cut) {
        // No string goes on over a line: whatever this was, the next line begins anew.
        emit({ line: start, expected: 'a JSON object', got: show(held.join('')) })
        drop()
        scan.reset()
      }
    },
    end(emit) {
      if (scan.open()) emit({ line: start, expected: 'a JSON object that is closed', got: show(held.join('')) })
    },
    facts: () => ({ ...NOTHING, blank }),
  }
}

interface Part {
  part: string
  /** Whether it belongs to an object. */
  inside: boolean
  /** Whether it ends one. */
  closed: boolean
}

/** Finds where objects begin and end, over as many texts as they take. */
function createScan() {
  let depth = 0
  let [string, escaped] = [false, false]

  function* objects(text: string): Generator<Part> {
    let from = 0
    for (let i = 0; i < text.length; i++) {
      const c = text[i]
      if (string) {
        if (escaped) escaped = false
        else if (c === '\\') escaped = true
        else if (c === '"') string = false
      } else if (c === '"') string = depth > 0
      else if (c === '{' || (c === '[' && depth > 0)) {
        if (depth++ === 0) {
          if (i > from) yield { part: text.slice(from, i), inside: false, closed: false }
          from = i
        }
      } else if ((c === '}' || c === ']') && depth > 0 && --depth === 0) {
        yield { part: text.slice(from, i + 1), inside: true, closed: true }
        from = i + 1
      }
    }
    if (from < text.length) yield { part: text.slice(from), inside: depth > 0, closed: false }
  }
  return {
    objects,
    open: () => depth > 0,
    inString: () => string,
    reset() {
      depth = 0
      string = escaped = false
    },
  }
}
