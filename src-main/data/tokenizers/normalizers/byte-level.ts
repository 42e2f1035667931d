import { z } from 'zod'
import { lettersOf } from '../bytes'
import type { Normalizer } from './normalizer'

export const schema = z.strictObject({ type: z.literal('ByteLevel') })

/** Every byte of UTF-8 as a letter; three of them stand for one unit at most. */
export function byteLevel(): Normalizer {
  return { growth: 3, apply: lettersOf }
}
