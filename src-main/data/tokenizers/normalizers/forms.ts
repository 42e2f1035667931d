import { z } from 'zod'
import { normalForm, type Form } from '../unicode/forms'
import type { Normalizer } from './normalizer'

/** The four normal forms of Unicode. */
export const schema = z.strictObject({ type: z.enum(['NFC', 'NFD', 'NFKC', 'NFKD']) })

export function form({ type }: { type: Form }): Normalizer {
  return { growth: 1, apply: (text) => normalForm(text, type) }
}
