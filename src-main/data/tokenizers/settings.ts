import { z } from 'zod'
import { parseValue } from '../checkpoints/json'
import { addedTokenSchema } from './added-tokens'
import { modelSchema, withType } from './models'
import { normalizerSchema } from './normalizers'
import { postProcessorSchema } from './post-processor'
import { preTokenizerSchema } from './pre-tokenizers'

/**
 * tokenizer.json: each part is one that gives the same ids here as in the Rust tokenizers, tested over awkward texts
 * (test/data/tokenizers/reference). What is not listed is refused by its name.
 */
const settingsSchema = z.looseObject({
  version: z.literal('1.0').optional(),
  truncation: z
    .looseObject({ direction: z.enum(['Left', 'Right']).default('Right') })
    .nullable()
    .default(null),
  added_tokens: z.array(addedTokenSchema).default([]),
  normalizer: normalizerSchema.nullable().default(null),
  pre_tokenizer: preTokenizerSchema.nullable().default(null),
  post_processor: postProcessorSchema.nullable().default(null),
  decoder: z.unknown(),
  model: modelSchema,
})
export type Settings = z.infer<typeof settingsSchema>

/** @throws CheckpointError naming file, path, expectation and value */
export function parseSettings(json: unknown, file: string): Settings {
  const named =
    typeof json === 'object' && json !== null && 'model' in json ? { ...json, model: withType(json.model) } : json
  return parseValue(named, file, settingsSchema)
}
