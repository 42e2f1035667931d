import { z } from 'zod'
import { finderOf, patternSchema } from '../pattern'
import { behaviorSchema, cut } from './cut'
import type { PreTokenizer } from './pre-tokenizer'

export const schema = z.strictObject({
  type: z.literal('Split'),
  pattern: patternSchema,
  behavior: behaviorSchema,
  invert: z.boolean(),
})

/** @throws CheckpointError when the pattern is not known */
export function split({ pattern, behavior, invert }: z.infer<typeof schema>, where: string): PreTokenizer {
  const find = finderOf(pattern, `${where}.pattern`)
  return (text) => cut(text, find(text), behavior, invert)
}
