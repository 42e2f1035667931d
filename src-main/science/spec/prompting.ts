import { z } from 'zod'
import type { ShotLabels } from '../levels'
import { TEMPLATE, TEMPLATE_RULE } from '../prompts'
import { distinct } from './distinct'

/** More examples than this in a prompt are no few-shot prompting, and hardly any model reads them. */
export const MOST_SHOTS = 32

/** How the strong models of an experiment are prompted, untrained, as levels beside each arm (arXiv 2312.09390 5.2.1). */
export interface Prompting {
  /** Numbers of examples: one level each, and of those but 0 one for every entry of `labels`. */
  shots: number[]
  /** Whose labels the examples have. */
  labels: ShotLabels[]
  /** How a text and its answer are put: `{text}` once, and `{answer}` at the end. */
  template: string
  /** Task → what is asked, in place of its question and the list of its answers. */
  instructions?: Record<string, string> | undefined
  /** Task → a word for every class, in their order, in place of the names of the classes. */
  verbalisers?: Record<string, string[]> | undefined
}

export const promptingSchema: z.ZodType<Prompting> = z.strictObject({
  shots: distinct(z.int().min(0).max(MOST_SHOTS)).default([0, 5]),
  labels: distinct(z.enum(['truth', 'weak'])).default(['truth', 'weak']),
  template: z
    .string()
    .max(500)
    .regex(TEMPLATE_RULE, 'a text with {text} once and {answer} at its end')
    .default(TEMPLATE),
  instructions: z.record(z.string(), z.string().max(2000)).optional(),
  verbalisers: z.record(z.string(), distinct(z.string().trim().min(1).max(100))).optional(),
})
