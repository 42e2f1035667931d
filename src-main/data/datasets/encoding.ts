import { refusal } from './problem'
import type { Encoding } from './types'

/** Characters of Windows-1252 for the bytes 0x80 to 0x9f; five of them stand for nothing. */
const WINDOWS =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178'

/** Turns the pieces of a file into UTF-8. @throws DatasetError for bytes that are no characters there */
export function decoderOf(encoding: Encoding, name: string): (bytes: Buffer, last: boolean) => Buffer {
  if (encoding === 'utf-8') return unmarked()
  if (encoding === 'windows-1252') return (bytes) => Buffer.from(fromWindows(bytes))
  const decoder = new TextDecoder('utf-16le', { fatal: true })
  let odd: Buffer = Buffer.alloc(0)
  return (bytes, last) => {
    const whole = odd.length > 0 ? Buffer.concat([odd, bytes]) : bytes
    const even = last ? whole.length : whole.length - (whole.length % 2)
    odd = whole.subarray(even)
    try {
      const part = whole.subarray(0, even)
      return Buffer.from(decoder.decode(encoding === 'utf-16be' ? swapped(part) : part, { stream: !last }))
    } catch {
      throw refusal('path', 'UTF-16 text', `other bytes in ${name}`)
    }
  }
}

/** UTF-8 is passed on as it is but for a byte order mark. Which lines are broken their reader finds. */
function unmarked(): (bytes: Buffer) => Buffer {
  let first = true
  return (bytes) => {
    const marked = first && bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))
    first = false
    return marked ? bytes.subarray(3) : bytes
  }
}

export function fromWindows(bytes: Buffer): string {
  // Every one of these bytes is matched as the character of the same number.
  return bytes.toString('latin1').replace(/[\x80-\x9f]/g, (c) => WINDOWS[c.charCodeAt(0) - 0x80]!)
}

/** An odd byte at the end stays: it is none, and the decoder says so. */
function swapped(bytes: Buffer): Buffer {
  const even = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2))).swap16()
  return Buffer.concat([even, bytes.subarray(even.length)])
}

/**
 * UTF-16 by its mark, or by the zero bytes that every other byte of such a text is in the languages of Europe; null for
 * all else.
 */
export function guessEncoding(bytes: Buffer): { encoding: 'utf-16le' | 'utf-16be'; marked: boolean } | null {
  const mark = bytes.subarray(0, 2).toString('hex')
  if (mark === 'fffe') return { encoding: 'utf-16le', marked: true }
  if (mark === 'feff') return { encoding: 'utf-16be', marked: true }
  const sample = bytes.subarray(0, 4096)
  const zeros = [0, 0] as [number, number]
  sample.forEach((byte, i) => byte === 0 && zeros[(i % 2) as 0 | 1]++)
  const most = sample.length / 4
  if (zeros[1] > most && zeros[0] === 0) return { encoding: 'utf-16le', marked: false }
  if (zeros[0] > most && zeros[1] === 0) return { encoding: 'utf-16be', marked: false }
  return null
}

/** Letters outside ASCII of a text of western Europe are few; of a Cyrillic or Greek one, most. */
const MOST_FOREIGN = 0.3

/** Whether bytes that are not UTF-8 are likely Windows-1252: each has a character there, and most are plain letters. */
export function looksLikeWindows(bytes: Buffer): boolean {
  let [foreign, letters] = [0, 0]
  for (const byte of bytes) {
    if (byte >= 0x80) {
      if (/[\x80-\x9f]/.test(WINDOWS[byte - 0x80] ?? '')) return false
      foreign++
    } else if (byte < 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x0a) return false
    else if (byte > 0x20) letters++
  }
  return foreign <= MOST_FOREIGN * (foreign + letters)
}
