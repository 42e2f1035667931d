import { z } from 'zod'
import { lettersOf } from '../bytes'
import { searchOf } from '../pattern/search'
import { cut } from './cut'
import type { PreTokenizer } from './pre-tokenizer'

export const schema = z.strictObject({
  type: z.literal('ByteLevel'),
  add_prefix_space: z.boolean(),
  // Of places in the text, which nobody asks for here.
  trim_offsets: z.boolean(),
  use_regex: z.boolean().default(true),
})

/** GPT-2's words. */
const WORDS = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

/** GPT-2's words, each with its bytes as letters. */
export function byteLevel(settings: z.infer<typeof schema>, where: string): PreTokenizer {
  const words = settings.use_regex ? searchOf(WORDS, where) : undefined
  return (text) => {
    const whole = settings.add_prefix_space && !text.startsWith(' ') ? ` ${text}` : text
    return (words ? cut(whole, words(whole), 'Isolated') : [whole]).map(lettersOf)
  }
}
