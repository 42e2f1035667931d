import { z } from 'zod'
import { eachOf } from '../pattern'
import { isOf } from '../unicode/classes'
import { cut } from './cut'
import type { PreTokenizer } from './pre-tokenizer'

export const schema = z.strictObject({ type: z.literal('BertPreTokenizer') })

/** At blanks, and round every punctuation mark. */
export function bert(): PreTokenizer {
  const [blanks, marks] = [eachOf(isOf('space')), eachOf(isOf('punctuation'))]
  return (text) => cut(text, blanks(text), 'Removed').flatMap((word) => cut(word, marks(word), 'Isolated'))
}
