import { z } from 'zod'
import { searchOf, type Span } from './search'

export type { Span } from './search'

/** How tokenizer.json gives a pattern: as it stands, or in Oniguruma's writing. */
export const patternSchema = z.union([z.strictObject({ String: z.string() }), z.strictObject({ Regex: z.string() })])

/**
 * Finds a pattern in texts, leftmost first and without overlaps. An empty text has no matches.
 * @param where file and path, for messages
 * @throws CheckpointError naming what of the pattern is not known here
 */
export function finderOf(pattern: z.infer<typeof patternSchema>, where: string): (text: string) => Span[] {
  const find = 'Regex' in pattern ? searchOf(pattern.Regex, `${where}.Regex`) : literal(pattern.String)
  return (text) => (text === '' ? [] : find(text))
}

/** One span for every character that passes. */
export function eachOf(test: (point: number) => boolean): (text: string) => Span[] {
  return (text) => {
    const spans: Span[] = []
    for (let at = 0; at < text.length;) {
      const point = text.codePointAt(at)!
      const end = at + (point > 0xffff ? 2 : 1)
      if (test(point)) spans.push([at, end])
      at = end
    }
    return spans
  }
}

function literal(wanted: string): (text: string) => Span[] {
  if (wanted === '') return everywhere
  return (text) => {
    const spans: Span[] = []
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length))
      spans.push([at, at + wanted.length])
    return spans
  }
}

/** Nothing is found before every character, and at the end. */
function everywhere(text: string): Span[] {
  const starts = eachOf(() => true)(text).map(([start]) => start)
  return [...starts, text.length].map((at) => [at, at])
}
