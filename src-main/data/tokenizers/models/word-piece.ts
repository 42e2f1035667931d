import { z } from 'zod'
import { Lexicon } from '../lexicon'
import { unknownIn, type Model, type Vocabulary } from './model'

export const schema = z.strictObject({
  type: z.literal('WordPiece'),
  vocab: z.unknown(),
  unk_token: z.string(),
  continuing_subword_prefix: z.string(),
  max_input_chars_per_word: z.int().min(0),
})

/** The longest token that a piece begins with, then the longest of what is left; the unknown token where there is none. */
export function wordPiece(settings: z.infer<typeof schema>, vocabulary: Vocabulary, where: string): Model {
  const { continuing_subword_prefix: prefix, max_input_chars_per_word: most } = settings
  const unknown = [unknownIn(vocabulary, settings.unk_token, where)]
  const first = new Lexicon(vocabulary)
  const next = new Lexicon(
    [...vocabulary].flatMap(([token, id]) => (token.startsWith(prefix) ? [[token.slice(prefix.length), id]] : [])),
  )
  return (piece) => {
    if (piece.length > most && [...piece].length > most) return unknown
    const ids: number[] = []
    for (let at = 0; at < piece.length;) {
      const found = (at === 0 ? first : next).longestAt(piece, at)
      if (!found) return unknown
      ids.push(found.id)
      at += found.length
    }
    return ids
  }
}
