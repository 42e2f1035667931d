import { isUtf8 } from 'node:buffer'
import { looksLikeWindows } from './encoding'
import { LIMITS } from './limits'
import { refusal } from './problem'

export interface Line {
  /** From 1. */
  number: number
  text: string
  /** Whether its bytes are not UTF-8; the text then has replacement characters. */
  broken: boolean
  /** Whether the line goes on in the next piece: where long lines are cut. */
  cut: boolean
}
/** What is found out about the lines of a file while they are read. */
export interface LineFacts {
  lines: number
  broken: number
  /** Whether all broken lines are likely Windows-1252. */
  windows: boolean
}

const LF = 0x0a
const CR = 0x0d

/**
 * The lines of UTF-8 text, in batches as they come, without their ends: LF, CRLF, or CR where a file has that alone.
 * @param long what becomes of a line beyond the limit
 * @param facts grows while the lines are read
 * @throws DatasetError for a line beyond the limit, unless such lines are cut
 */
export async function* readLines(
  pieces: AsyncIterable<Buffer>,
  long: 'refuse' | 'cut',
  facts: LineFacts,
): AsyncGenerator<Line[]> {
  const split = createSplitter(long, facts)
  for await (const piece of pieces) {
    const lines = split(piece, false)
    if (lines.length > 0) yield lines
  }
  const lines = split(Buffer.alloc(0), true)
  if (lines.length > 0) yield lines
}

/** Cuts pieces into lines; the last one says so. */
function createSplitter(long: 'refuse' | 'cut', facts: LineFacts): (piece: Buffer, last: boolean) => Line[] {
  let rest: Buffer = Buffer.alloc(0)
  let end: number | null = null
  let inside = false

  function lineOf(bytes: Buffer, cut: boolean): Line {
    if (!inside) facts.lines++
    inside = cut
    const content = bytes.at(-1) === CR && !cut ? bytes.subarray(0, -1) : bytes
    const broken = !isUtf8(content)
    if (broken) {
      facts.windows = (facts.broken === 0 || facts.windows) && looksLikeWindows(content)
      facts.broken++
    }
    return { number: facts.lines, text: content.toString('utf8'), broken, cut }
  }
  return (piece, last) => {
    let bytes = rest.length > 0 ? Buffer.concat([rest, piece]) : piece
    end ??= endOfLines(bytes, last)
    const lines: Line[] = []
    if (end !== null) {
      for (let at = bytes.indexOf(end); at >= 0; at = bytes.indexOf(end)) {
        // A file of CR alone may have an LF after one all the same.
        const from = end === CR && bytes[0] === LF ? 1 : 0
        lines.push(lineOf(bytes.subarray(from, at), false))
        bytes = bytes.subarray(at + 1)
      }
    }
    if (bytes.length > LIMITS.line) {
      if (long === 'refuse') throw tooLong(facts.lines + 1, bytes.length)
      const whole = lastCharacter(bytes)
      lines.push(lineOf(bytes.subarray(0, whole), true))
      bytes = bytes.subarray(whole)
    }
    if (last && (bytes.length > 0 || inside)) lines.push(lineOf(bytes, false))
    rest = last ? Buffer.alloc(0) : bytes
    return lines
  }
}

/** What ends the lines of a file that begins so; null where that cannot be told yet. */
function endOfLines(bytes: Buffer, last: boolean): number | null {
  if (bytes.includes(LF)) return LF
  const at = bytes.indexOf(CR)
  if (at < 0) return null
  return bytes.length > LIMITS.line || last ? CR : null
}

const tooLong = (line: number, bytes: number) =>
  refusal(`line ${line}`, `a line of at most ${LIMITS.line} bytes`, `${bytes} and no end of line`)

/** Where the last character of some bytes begins, so that none is cut in two. */
function lastCharacter(bytes: Buffer): number {
  let at = bytes.length - 1
  while (at > bytes.length - 4 && (bytes[at]! & 0xc0) === 0x80) at--
  return at
}
