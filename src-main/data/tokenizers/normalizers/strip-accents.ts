import { z } from 'zod'
import { isOf } from '../unicode/classes'
import type { Normalizer } from './normalizer'

export const schema = z.strictObject({ type: z.literal('StripAccents') })

/** Leaves combining marks out; a letter that is one with its accent keeps it. */
export function stripAccents(): Normalizer {
  const isMark = isOf('mark')
  return { growth: 1, apply: (text) => Array.from(text, (l) => (isMark(l.codePointAt(0)!) ? '' : l)).join('') }
}
