import { z } from 'zod'
import { characterSchema } from '../character'
import type { PreTokenizer } from './pre-tokenizer'

export const schema = z.strictObject({ type: z.literal('CharDelimiterSplit'), delimiter: characterSchema })

export function charDelimiterSplit({ delimiter }: z.infer<typeof schema>): PreTokenizer {
  return (text) => text.split(delimiter).filter((piece) => piece !== '')
}
