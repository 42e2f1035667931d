import { z } from 'zod'
import { characterSchema } from '../character'
import { eachOf } from '../pattern'
import { cut } from './cut'
import type { PreTokenizer } from './pre-tokenizer'

export const schema = z
  .strictObject({
    type: z.literal('Metaspace'),
    replacement: characterSchema,
    prepend_scheme: z.enum(['always', 'first', 'never']).default('always'),
    split: z.boolean().nullable().default(true),
    // As older files say the same.
    add_prefix_space: z.boolean().optional(),
    str_rep: z.string().optional(),
  })
  .refine(({ add_prefix_space: adds, prepend_scheme: scheme }) => adds !== false || scheme === 'never', {
    message: 'prepend_scheme "never" where add_prefix_space is false',
    path: ['prepend_scheme'],
  })

/** Blanks as a letter that words begin with. */
export function metaspace({ replacement, prepend_scheme: scheme, split }: z.infer<typeof schema>): PreTokenizer {
  const find = eachOf((point) => point === replacement.codePointAt(0))
  return (text, isFirst) => {
    const marked = text.replaceAll(' ', () => replacement)
    const prepends = scheme === 'always' || (scheme === 'first' && isFirst)
    const whole = prepends && !marked.startsWith(replacement) ? replacement + marked : marked
    return split === false ? [whole] : cut(whole, find(whole), 'MergedWithNext')
  }
}
