import { z } from 'zod'
import { refuse } from '../checkpoints/errors'
import { textOf } from './bytes'

const wordPieceSchema = z.object({ type: z.literal('WordPiece'), prefix: z.string(), cleanup: z.boolean() })
const byteLevelSchema = z.object({ type: z.literal('ByteLevel') })
/** One text after another, as tokens of single characters are. */
const fuseSchema = z.object({ type: z.literal('Fuse') })
const knownSchema = z.union([wordPieceSchema, byteLevelSchema, fuseSchema, z.null()])

/** What English writes without the blank before it. */
const CLEANED: readonly (readonly [string, string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
]

/**
 * How tokens become text again. No id depends on it, so only who asks for a text is told of a decoder that is not known.
 * @param where file and path, for messages
 */
export function decoderOf(settings: unknown, where: string): (tokens: readonly string[]) => string {
  const parsed = knownSchema.safeParse(settings ?? null)
  if (!parsed.success) return () => refuse(where, 'ByteLevel, WordPiece or Fuse, to say ids as text', settings)
  const known = parsed.data
  if (known === null) return (tokens) => tokens.join(' ')
  if (known.type === 'ByteLevel') return textOf
  if (known.type === 'Fuse') return (tokens) => tokens.join('')
  const { prefix, cleanup } = known
  const clean = (text: string) => CLEANED.reduce((made, [wide, narrow]) => made.replaceAll(wide, narrow), text)
  return (tokens) =>
    tokens
      .map((token, i) => (i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`))
      .map((token) => (cleanup ? clean(token) : token))
      .join('')
}
