import { z } from 'zod'
import { eachOf } from '../pattern'
import { isOf } from '../unicode/classes'
import { behaviorSchema, cut } from './cut'
import type { PreTokenizer } from './pre-tokenizer'

export const schema = z.strictObject({
  type: z.literal('Punctuation'),
  behavior: behaviorSchema.default('Isolated'),
})

export function punctuation({ behavior }: z.infer<typeof schema>): PreTokenizer {
  const find = eachOf(isOf('punctuation'))
  return (text) => cut(text, find(text), behavior)
}
