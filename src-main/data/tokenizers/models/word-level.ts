import { z } from 'zod'
import { unknownIn, type Model, type Vocabulary } from './model'

export const schema = z.strictObject({ type: z.literal('WordLevel'), vocab: z.unknown(), unk_token: z.string() })

/** Whole pieces, or the unknown token. */
export function wordLevel(settings: z.infer<typeof schema>, vocabulary: Vocabulary, where: string): Model {
  const unknown = [unknownIn(vocabulary, settings.unk_token, where)]
  return (piece) => {
    const id = vocabulary.get(piece)
    return id === undefined ? unknown : [id]
  }
}
