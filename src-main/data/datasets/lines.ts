import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { LIMITS } from './limits'
import { DatasetError } from './problem'

export interface Line {
  /** From 1. */
  number: number
  text: string
  /** Whether its bytes are not UTF-8; the text then has replacement characters. */
  broken: boolean
}

/** Bytes read at once: parsing them must not keep other work of the process waiting. */
const PIECE = 16_384
const strict = new TextDecoder('utf-8', { fatal: true })
const lenient = new TextDecoder('utf-8')

/**
 * The lines of a UTF-8 text file, without line ends (LF or CRLF) and without a byte order mark.
 * @throws DatasetError for a file that is not there, not a file, too large, UTF-16, or has a line beyond the limit
 */
export async function* readLines(path: string): AsyncGenerator<Line> {
  await checkFile(path)
  let number = 0
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { highWaterMark: PIECE }) as AsyncIterable<Buffer>) {
    let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    if (number === 0) checkByteOrder(bytes, path)
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a)) {
      yield decode(bytes.subarray(0, end), ++number)
      bytes = bytes.subarray(end + 1)
    }
    if (bytes.length > LIMITS.line)
      throw refusal(
        `line ${number + 1}`,
        `a line of at most ${LIMITS.line} bytes`,
        `${bytes.length} and no end of line`,
      )
    rest = bytes
  }
  if (rest.length > 0) yield decode(rest, number + 1)
}

function decode(bytes: Buffer, number: number): Line {
  const end = bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length
  const content = bytes.subarray(0, end)
  try {
    return { number, text: strict.decode(content), broken: false }
  } catch {
    return { number, text: lenient.decode(content), broken: true }
  }
}

async function checkFile(path: string): Promise<void> {
  const name = basename(path)
  const facts = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw refusal('path', 'a file that can be read', `${name}: ${error.code ?? error.message}`)
  })
  if (!facts.isFile()) throw refusal('path', 'a file', `${name}, which is none`)
  if (facts.size > LIMITS.bytes)
    throw refusal('path', `a file of at most ${LIMITS.bytes / 2 ** 20} MiB`, `${(facts.size / 2 ** 20).toFixed(1)} MiB`)
}

function checkByteOrder(bytes: Buffer, path: string): void {
  const mark = bytes.subarray(0, 2).toString('hex')
  if (mark === 'fffe' || mark === 'feff') throw refusal('path', 'UTF-8 text', `${basename(path)} in UTF-16`)
}

function refusal(path: string, expected: string, got: string): DatasetError {
  return new DatasetError([{ path, expected, got }])
}
