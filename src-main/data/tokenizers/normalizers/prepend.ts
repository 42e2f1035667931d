import { z } from 'zod'
import type { Normalizer } from './normalizer'

export const schema = z.strictObject({ type: z.literal('Prepend'), prepend: z.string() })

export function prepend({ prepend: before }: z.infer<typeof schema>): Normalizer {
  return { growth: 1, apply: (text) => before + text }
}
