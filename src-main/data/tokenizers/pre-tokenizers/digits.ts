import { z } from 'zod'
import { eachOf } from '../pattern'
import { isOf } from '../unicode/classes'
import { cut } from './cut'
import type { PreTokenizer } from './pre-tokenizer'

export const schema = z.strictObject({ type: z.literal('Digits'), individual_digits: z.boolean().default(false) })

/** Everything is a digit that Unicode counts as a number, ½ too. */
export function digits({ individual_digits: single }: z.infer<typeof schema>): PreTokenizer {
  const find = eachOf(isOf('numeric'))
  return (text) => cut(text, find(text), single ? 'Isolated' : 'Contiguous')
}
