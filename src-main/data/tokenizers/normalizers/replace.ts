import { z } from 'zod'
import { finderOf, patternSchema } from '../pattern'
import type { Normalizer } from './normalizer'

export const schema = z.strictObject({ type: z.literal('Replace'), pattern: patternSchema, content: z.string() })

/** @throws CheckpointError when the pattern is not known */
export function replace({ pattern, content }: z.infer<typeof schema>, where: string): Normalizer {
  const find = finderOf(pattern, `${where}.pattern`)
  const least = 'String' in pattern ? pattern.String.length : 0
  return {
    growth: least > 0 ? Math.max(1, content.length / least) : 1 + content.length,
    apply(text) {
      let made = ''
      let last = 0
      for (const [start, end] of find(text)) {
        made += text.slice(last, start) + content
        last = end
      }
      return made + text.slice(last)
    },
  }
}
