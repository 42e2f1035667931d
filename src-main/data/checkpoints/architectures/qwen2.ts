import { z } from 'zod'
import { parseValue } from '../json'
import { llama, describeLlama, describeLlamaGguf, llamaConfig, llamaGgufRules, llamaKeys, llamaRules } from './llama'
import type { Architecture } from './architecture'

const config = z.looseObject({
  ...llamaKeys,
  use_sliding_window: z.literal(false).default(false),
  layer_types: z.array(z.literal('full_attention')).nullish(),
})
const BIAS = { qkv: true, out: false, mlp: false }

/** Qwen2 and Qwen2.5: Llama with biases on queries, keys and values; its GGUF form is not permuted. */
export const qwen2: Architecture = {
  id: 'qwen2',
  modelType: 'qwen2',
  classes: {
    family: 'Qwen2',
    language: 'Qwen2ForCausalLM',
    tokens: 'Qwen2ForTokenClassification',
    sequence: 'Qwen2ForSequenceClassification',
    body: ['Qwen2Model'],
  },
  anchor: llama.anchor,
  prefix: llama.prefix,
  heads: llama.heads,
  ignored: llama.ignored,
  rules: llamaRules,
  describe: (input, file) => describeLlama(parseValue(input, file, config), BIAS, file),
  config: llamaConfig,
  gguf: {
    architecture: 'qwen2',
    rules: (body) => llamaGgufRules(body, false),
    describe: (metadata, vocabulary) => describeLlamaGguf(metadata, 'qwen2', vocabulary, BIAS),
  },
}
