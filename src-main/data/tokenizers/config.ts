import { z } from 'zod'
import { refuse } from '../checkpoints/errors'
import type { Settings } from './settings'

const token = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish()
export const configSchema = z.looseObject({
  tokenizer_class: z.string().nullish(),
  bos_token: token,
  eos_token: token,
  do_lower_case: z.boolean().nullish(),
  strip_accents: z.boolean().nullish(),
  tokenize_chinese_chars: z.boolean().nullish(),
  add_prefix_space: z.boolean().nullish(),
  truncation_side: z.enum(['left', 'right']).nullish(),
})
export type Config = z.infer<typeof configSchema>

/** The text of a token that a config names, plainly or with its flags. */
export function contentOf(named: Config['eos_token']): string | undefined {
  return typeof named === 'string' ? named : named?.content
}

/** Classes whose normalizer the config says, with defaults, whatever tokenizer.json has. */
const BERT = /^(?:Bert|DistilBert|Electra)Tokenizer(?:Fast)?$/
/** Classes whose blank before the first word the config says, by default none. */
const GPT2 = /^(?:GPT2|GPTNeoX)Tokenizer(?:Fast)?$/

/**
 * tokenizer.json as the class that tokenizer_config.json names would use it: BERT's switches and GPT-2's blank before the
 * first word are the config's. So transformers does, 4 and 5; of other classes tokenizer.json alone counts.
 * @throws CheckpointError when the class would not use the file's normalizer at all
 */
export function asConfigured(settings: Settings, config: Config): Settings {
  const { normalizer, pre_tokenizer: pre } = settings
  const name = config.tokenizer_class ?? undefined
  if (name !== undefined && GPT2.test(name) && pre?.type === 'ByteLevel')
    return { ...settings, pre_tokenizer: { ...pre, add_prefix_space: config.add_prefix_space ?? false } }
  const isBert = name !== undefined && BERT.test(name)
  if (isBert && normalizer?.type !== 'BertNormalizer')
    return refuse(
      'tokenizer_config.json: tokenizer_class',
      `PreTrainedTokenizerFast where tokenizer.json has the normalizer ${normalizer?.type ?? 'null'}`,
      JSON.stringify(name),
    )
  if (normalizer?.type !== 'BertNormalizer' || (name !== undefined && !isBert)) return settings
  const otherwise = isBert ? { lowercase: true, strip_accents: null, handle_chinese_chars: true } : normalizer
  return {
    ...settings,
    normalizer: {
      ...normalizer,
      lowercase: config.do_lower_case ?? otherwise.lowercase,
      strip_accents: config.strip_accents ?? otherwise.strip_accents,
      handle_chinese_chars: config.tokenize_chinese_chars ?? otherwise.handle_chinese_chars,
    },
  }
}
