import { z } from 'zod'
import type { PreTokenizer } from './pre-tokenizer'

export const schema = z.strictObject({ type: z.literal('FixedLength'), length: z.int().min(1).default(5) })

/** Pieces of so many characters, the last one shorter. */
export function fixedLength({ length }: z.infer<typeof schema>): PreTokenizer {
  return (text) => {
    const letters = [...text]
    const count = Math.ceil(letters.length / length)
    return Array.from({ length: count }, (_, i) => letters.slice(i * length, (i + 1) * length).join(''))
  }
}
