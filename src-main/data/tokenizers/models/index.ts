import { z } from 'zod'
import * as bpe from './bpe'
import type { Model, Vocabulary } from './model'
import * as wordLevel from './word-level'
import * as wordPiece from './word-piece'

export { vocabularyOf, type Model, type Vocabulary } from './model'

/** Every model that is known to give what the reference gives. */
export const modelSchema = z.discriminatedUnion('type', [bpe.schema, wordPiece.schema, wordLevel.schema])
type Settings = z.infer<typeof modelSchema>

/** How pieces become ids. @throws CheckpointError naming the setting that does not fit the vocabulary */
export function modelOf(settings: Settings, vocabulary: Vocabulary, where: string): Model {
  switch (settings.type) {
    case 'BPE':
      return bpe.bpe(settings, vocabulary, where)
    case 'WordPiece':
      return wordPiece.wordPiece(settings, vocabulary, where)
    case 'WordLevel':
      return wordLevel.wordLevel(settings, vocabulary, where)
  }
}

/** Old files do not name their model; as in the reference what it has says which it is. */
export function withType(model: unknown): unknown {
  if (typeof model !== 'object' || model === null || 'type' in model) return model
  const type = 'merges' in model ? 'BPE' : 'max_input_chars_per_word' in model ? 'WordPiece' : 'WordLevel'
  return { type, ...model }
}
