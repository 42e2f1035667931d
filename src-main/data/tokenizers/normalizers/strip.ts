import { z } from 'zod'
import { isOf } from '../unicode/classes'
import type { Normalizer } from './normalizer'

export const schema = z.strictObject({
  type: z.literal('Strip'),
  strip_left: z.boolean(),
  strip_right: z.boolean(),
})

/** Takes blanks off the ends. All of them are one UTF-16 unit. */
export function strip({ strip_left: left, strip_right: right }: z.infer<typeof schema>): Normalizer {
  const isSpace = isOf('space')
  return {
    growth: 1,
    apply(text) {
      let [start, end] = [0, text.length]
      while (left && start < end && isSpace(text.charCodeAt(start))) start++
      while (right && end > start && isSpace(text.charCodeAt(end - 1))) end--
      return text.slice(start, end)
    },
  }
}
