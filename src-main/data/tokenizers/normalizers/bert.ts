import { z } from 'zod'
import { isOf } from '../unicode/classes'
import { lowerCase, normalForm } from '../unicode/forms'
import type { Normalizer } from './normalizer'

export const schema = z.strictObject({
  type: z.literal('BertNormalizer'),
  clean_text: z.boolean(),
  handle_chinese_chars: z.boolean(),
  strip_accents: z.boolean().nullable().default(null),
  lowercase: z.boolean(),
})

const IDEOGRAPHS =
  /[\u4E00-\u9FFF\u3400-\u4DBF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B920}-\u{2CEAF}\uF900-\uFAFF\u{2F800}-\u{2FA1F}]/gu
const PLAIN = /^[ -~]*$/

/** As BERT had its texts: without control characters, ideographs apart, without accents, in lower case. */
export function bert(settings: z.infer<typeof schema>): Normalizer {
  const [isControl, isSpace, isNonspacing] = [isOf('control'), isOf('space'), isOf('nonspacing')]
  const clean = (text: string) => {
    let kept = ''
    for (const letter of text) {
      const point = letter.codePointAt(0)!
      if (!isControl(point)) kept += isSpace(point) ? ' ' : letter
    }
    return kept
  }
  const withoutAccents = (text: string) => {
    let kept = ''
    for (const letter of normalForm(text, 'NFD')) if (!isNonspacing(letter.codePointAt(0)!)) kept += letter
    return kept
  }
  const strips = settings.strip_accents ?? settings.lowercase
  return {
    growth: 1,
    apply(text) {
      if (PLAIN.test(text)) return settings.lowercase ? text.toLowerCase() : text
      let made = settings.clean_text ? clean(text) : text
      if (settings.handle_chinese_chars) made = made.replace(IDEOGRAPHS, ' $& ')
      if (strips) made = withoutAccents(made)
      return settings.lowercase ? lowerCase(made) : made
    },
  }
}
