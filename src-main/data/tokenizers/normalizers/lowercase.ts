import { z } from 'zod'
import { lowerCase } from '../unicode/forms'
import type { Normalizer } from './normalizer'

export const schema = z.strictObject({ type: z.literal('Lowercase') })

export function lowercase(): Normalizer {
  return { growth: 1, apply: lowerCase }
}
