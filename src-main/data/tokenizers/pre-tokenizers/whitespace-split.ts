import { z } from 'zod'
import { eachOf } from '../pattern'
import { isOf } from '../unicode/classes'
import { cut } from './cut'
import type { PreTokenizer } from './pre-tokenizer'

export const schema = z.strictObject({ type: z.literal('WhitespaceSplit') })

/** At blanks; U+FEFF is none. */
export function whitespaceSplit(): PreTokenizer {
  const blanks = eachOf(isOf('space'))
  return (text) => cut(text, blanks(text), 'Removed')
}
