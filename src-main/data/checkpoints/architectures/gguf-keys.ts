import { refuse } from '../errors'
import type { Metadata } from '../gguf'
import { epsilon, headSizeOf } from './architecture'

type Values = readonly unknown[] | 'any'

/** Settings that are read, by their names behind that of the architecture. */
const READ = [
  ...['context_length', 'embedding_length', 'block_count', 'feed_forward_length', 'use_parallel_residual'],
  ...['attention.head_count', 'attention.head_count_kv', 'attention.key_length', 'attention.value_length'],
  ...['attention.layer_norm_epsilon', 'attention.layer_norm_rms_epsilon', 'attention.causal', 'pooling_type'],
  ...['rope.freq_base', 'rope.dimension_count'],
]

/** Settings that change what is computed, unless they have one of these values; `any` where they change nothing. */
const NEUTRAL: Readonly<Record<string, Values>> = {
  vocab_size: 'any',
  tensor_data_layout: 'any',
  'rope.scaling.type': ['none'],
  'rope.scaling.factor': [0, 1],
  'rope.scaling.attn_factor': [1],
  'rope.scaling.original_context_length': 'any',
  'rope.scaling.finetuned': 'any',
  'rope.scale_linear': [0, 1],
  'attention.sliding_window': [0],
  'attention.clamp_kqv': [0],
  'attention.max_alibi_bias': [0],
  attn_logit_softcapping: [0],
  final_logit_softcapping: [0],
  logit_scale: [0, 1],
  embedding_scale: [0, 1],
  residual_scale: [0, 1],
  expert_count: [0],
  expert_used_count: [0],
}

/**
 * Sizes that the GGUF metadata of every model has under its architecture's name.
 * @param causal whether no token sees those after it
 * @throws CheckpointError naming a size that is none, and every setting that would change the sums and is not read
 */
export function ggufSizes(metadata: Metadata, architecture: string, causal: boolean) {
  const key = (name: string) => `${architecture}.${name}`
  const isCausal = metadata.get(key('attention.causal')) ?? causal
  if (isCausal !== causal) refuse(`${metadata.file}: ${key('attention.causal')}`, String(causal), isCausal)
  const width = metadata.size(key('embedding_length'))
  const heads = metadata.size(key('attention.head_count'))
  const headSize = headSizeOf(width, heads, `${metadata.file}: ${key('embedding_length')}`)
  const keys = metadata.size(key('attention.key_length'), headSize)
  const values = metadata.size(key('attention.value_length'), keys)
  if (values !== keys) refuse(`${metadata.file}: ${key('attention.value_length')}`, `${keys}, as keys have`, values)
  const layers = metadata.size(key('block_count'), undefined, 1024)
  const inner = metadata.size(key('feed_forward_length'), 4 * width)
  const context = metadata.size(key('context_length'))
  expectNeutral(metadata, architecture)
  return { width, heads, layers, headSize, inner, context }
}

function expectNeutral(metadata: Metadata, architecture: string): void {
  const prefix = `${architecture}.`
  for (const key of metadata.keys()) {
    const name = key.slice(prefix.length)
    if (!key.startsWith(prefix) || READ.includes(name)) continue
    const where = `${metadata.file}: ${key}`
    const neutral = Object.hasOwn(NEUTRAL, name) ? NEUTRAL[name]! : refuse(where, 'no setting of this name', 'one')
    const value = metadata.get(key)
    if (neutral !== 'any' && !neutral.includes(value)) refuse(where, `${neutral.join(' or ')}, or not given`, value)
  }
}

/** Of a file that keeps it as a single, as it was meant: 1e-5 and not 9.999999747378752e-6. */
export function ggufEpsilon(metadata: Metadata, key: string): number {
  const value = Number(metadata.number(key).toPrecision(7))
  return epsilon.safeParse(value).success
    ? value
    : refuse(`${metadata.file}: ${key}`, 'more than 0 and at most 0.1', value)
}
