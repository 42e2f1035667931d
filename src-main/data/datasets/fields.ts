/** Lines that the separator is guessed from. */
export const SAMPLE = 20
const SEPARATORS = [',', ';', '\t', '|']

/** Cuts lines into fields; `open` while a quote is, `malformed` where quotes stand otherwise than around a field. */
export interface FieldReader {
  feed(text: string): string[] | 'open' | 'malformed'
  reset(): void
}

/**
 * Fields of CSV (RFC 4180). Every character is looked at once, however many lines a quoted field goes on over. A quote
 * inside a field that does not begin with one is a character; blanks after a closing one are none.
 */
export function createFieldReader(separator: string, quotes: boolean): FieldReader {
  let fields: string[] = []
  /** What an open quoted field holds so far; null while none is open. */
  let held: string[] | null = null

  function reset(): void {
    fields = []
    held = null
  }
  /** Goes on in a quoted field. @returns where the next field begins; -1 after the last one */
  function closeQuote(text: string, from: number): number | 'open' | 'malformed' {
    for (let at = from; ;) {
      const quote = text.indexOf('"', at)
      if (quote < 0) {
        held!.push(text.slice(at), '\n')
        return 'open'
      }
      if (text[quote + 1] === '"') {
        held!.push(text.slice(at, quote + 1))
        at = quote + 2
        continue
      }
      held!.push(text.slice(at, quote))
      fields.push(held!.join(''))
      held = null
      let after = quote + 1
      while (after < text.length && text[after] !== separator && /[ \t]/.test(text[after]!)) after++
      if (after >= text.length) return -1
      return text[after] === separator ? after + 1 : 'malformed'
    }
  }
  return {
    reset,
    feed(text) {
      if (held === null && (!quotes || !text.includes('"'))) return text.split(separator)
      let at: number | 'open' | 'malformed' = held === null ? 0 : closeQuote(text, 0)
      while (typeof at === 'number' && at >= 0) {
        if (text[at] === '"') {
          held = []
          at = closeQuote(text, at + 1)
          continue
        }
        const end = text.indexOf(separator, at)
        fields.push(end < 0 ? text.slice(at) : text.slice(at, end))
        at = end < 0 ? -1 : end + 1
      }
      if (typeof at === 'string') return at
      const row = fields
      fields = []
      return row
    },
  }
}

/**
 * The separator that gives most of the first lines as many fields as the first row has, and more than one; of several,
 * the one that gives the most fields.
 */
export function guessSeparator(lines: readonly string[], quotes: boolean): string {
  let best = { separator: SEPARATORS[0]!, agreeing: 0, fields: 1 }
  for (const separator of SEPARATORS) {
    const counts = countFields(lines, separator, quotes)
    const fields = counts[0] ?? 1
    const agreeing = fields > 1 ? counts.filter((count) => count === fields).length / counts.length : 0
    if (agreeing > best.agreeing || (agreeing === best.agreeing && agreeing > 0 && fields > best.fields))
      best = { separator, agreeing, fields }
  }
  return best.separator
}

function countFields(lines: readonly string[], separator: string, quotes: boolean): number[] {
  const reader = createFieldReader(separator, quotes)
  const counts: number[] = []
  for (const line of lines) {
    if (line.trim() === '') continue
    const row = reader.feed(line)
    if (row === 'malformed') {
      reader.reset()
      counts.push(0)
    } else if (row !== 'open') counts.push(row.length)
  }
  return counts
}
