import { z } from 'zod'
import { refuse } from '../errors'
import { parseValue } from '../json'
import { pairwise, same } from '../layouts'
import {
  blocks,
  headSizeOf,
  layerCount,
  linear,
  norm,
  epsilon,
  positive,
  rotaryKeys,
  rotaryOf,
  size,
  table,
  type Architecture,
  type Body,
  type Described,
  type Rule,
} from './architecture'
import { ggufEpsilon, ggufSizes } from './gguf-keys'

/** Keys of config.json that Llama and its relatives share. */
export const llamaKeys = {
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: layerCount,
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  intermediate_size: size,
  hidden_act: z.literal('silu').default('silu'),
  max_position_embeddings: size,
  rms_norm_eps: epsilon.default(1e-6),
  rope_theta: positive.default(10_000),
  ...rotaryKeys,
  tie_word_embeddings: z.boolean().default(false),
}
const config = z.looseObject({
  ...llamaKeys,
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  // Splits matrices for tensor parallelism, with other sums.
  pretraining_tp: z.literal(1).default(1),
})

type Bias = Body['bias']

const FIXED = {
  tokenTypes: 0,
  norm: 'rms',
  normOrder: 'pre',
  parallel: false,
  causal: true,
  activation: 'swiglu',
} as const satisfies Partial<Body>

/** The description of a Llama or a relative of it. */
export function describeLlama(c: z.infer<z.ZodObject<typeof llamaKeys>>, bias: Bias, file: string): Described {
  const heads = c.num_attention_heads
  const share = c.rope_parameters?.partial_rotary_factor ?? c.rope_scaling?.partial_rotary_factor ?? 1
  if (share !== 1) refuse(`${file}: partial_rotary_factor`, '1: whole heads turn', share)
  const headSize = c.head_dim ?? headSizeOf(c.hidden_size, heads, `${file}: hidden_size`)
  const body: Body = {
    ...FIXED,
    bias,
    vocabulary: c.vocab_size,
    width: c.hidden_size,
    layers: c.num_hidden_layers,
    heads,
    kvHeads: c.num_key_value_heads ?? heads,
    headSize,
    inner: c.intermediate_size,
    positions: { kind: 'rotary', columns: headSize, base: c.rope_parameters?.rope_theta ?? c.rope_theta },
    normEpsilon: c.rms_norm_eps,
  }
  return { body, tied: c.tie_word_embeddings, context: c.max_position_embeddings }
}

/** The other way: the shared keys of config.json. */
export function llamaConfig({ body, tied, context }: Described): Record<string, unknown> {
  return {
    vocab_size: body.vocabulary,
    hidden_size: body.width,
    num_hidden_layers: body.layers,
    num_attention_heads: body.heads,
    num_key_value_heads: body.kvHeads,
    head_dim: body.headSize,
    intermediate_size: body.inner,
    hidden_act: 'silu',
    max_position_embeddings: context,
    rms_norm_eps: body.normEpsilon,
    rope_theta: rotaryOf(body).base,
    tie_word_embeddings: tied,
  }
}

export function llamaRules(body: Body): Rule[] {
  const queries = body.heads * body.headSize
  const keys = body.kvHeads * body.headSize
  return [
    ...table('embed_tokens', 'tokens', body.vocabulary, body),
    ...blocks(body, (layer, ours) => {
      const attention = `layers.${layer}.self_attn`
      const mlp = `layers.${layer}.mlp`
      return [
        ...norm(`layers.${layer}.input_layernorm`, `${ours}.norm1`, body),
        ...linear(`${attention}.q_proj`, `${ours}.q`, [queries, body.width], body.bias.qkv),
        ...linear(`${attention}.k_proj`, `${ours}.k`, [keys, body.width], body.bias.qkv),
        ...linear(`${attention}.v_proj`, `${ours}.v`, [keys, body.width], body.bias.qkv),
        ...linear(`${attention}.o_proj`, `${ours}.out`, [body.width, queries], body.bias.out),
        ...norm(`layers.${layer}.post_attention_layernorm`, `${ours}.norm2`, body),
        ...linear(`${mlp}.gate_proj`, `${ours}.gate`, [body.inner, body.width], body.bias.mlp),
        ...linear(`${mlp}.up_proj`, `${ours}.up`, [body.inner, body.width], body.bias.mlp),
        ...linear(`${mlp}.down_proj`, `${ours}.down`, [body.width, body.inner], body.bias.mlp),
      ]
    }),
    ...norm('norm', 'norm', body),
  ]
}

/** @param paired whether queries and keys lie with the columns side by side that turn together */
export function llamaGgufRules(body: Body, paired: boolean): Rule[] {
  const queries = body.heads * body.headSize
  const keys = body.kvHeads * body.headSize
  const turning = (heads: number) => (paired ? pairwise(heads, body.headSize) : same)
  return [
    ...table('token_embd', 'tokens', body.vocabulary, body),
    ...blocks(body, (layer, ours) => {
      const at = `blk.${layer}`
      return [
        ...norm(`${at}.attn_norm`, `${ours}.norm1`, body),
        ...linear(`${at}.attn_q`, `${ours}.q`, [queries, body.width], body.bias.qkv, turning(body.heads)),
        ...linear(`${at}.attn_k`, `${ours}.k`, [keys, body.width], body.bias.qkv, turning(body.kvHeads)),
        ...linear(`${at}.attn_v`, `${ours}.v`, [keys, body.width], body.bias.qkv),
        ...linear(`${at}.attn_output`, `${ours}.out`, [body.width, queries], body.bias.out),
        ...norm(`${at}.ffn_norm`, `${ours}.norm2`, body),
        ...linear(`${at}.ffn_gate`, `${ours}.gate`, [body.inner, body.width], body.bias.mlp),
        ...linear(`${at}.ffn_up`, `${ours}.up`, [body.inner, body.width], body.bias.mlp),
        ...linear(`${at}.ffn_down`, `${ours}.down`, [body.width, body.inner], body.bias.mlp),
      ]
    }),
    ...norm('output_norm', 'norm', body),
  ]
}

/** What GGUF metadata says of a Llama or a relative of it. */
export function describeLlamaGguf(
  metadata: Parameters<Architecture['gguf']['describe']>[0],
  architecture: string,
  vocabulary: number,
  bias: Bias,
): Omit<Described, 'tied'> {
  const key = (name: string) => `${architecture}.${name}`
  const { context, ...sizes } = ggufSizes(metadata, architecture, true)
  const headSize = metadata.size(key('attention.key_length'), sizes.headSize)
  const body: Body = {
    ...FIXED,
    bias,
    ...sizes,
    vocabulary,
    kvHeads: metadata.size(key('attention.head_count_kv'), sizes.heads),
    headSize,
    positions: {
      kind: 'rotary',
      columns: metadata.size(key('rope.dimension_count'), headSize),
      base: metadata.number(key('rope.freq_base'), 10_000),
    },
    normEpsilon: ggufEpsilon(metadata, key('attention.layer_norm_rms_epsilon')),
  }
  return { body, context }
}

/** Llama (SmolLM2 too): RMSNorm, rotary positions, SwiGLU, grouped-query attention. */
export const llama: Architecture = {
  id: 'llama',
  modelType: 'llama',
  classes: {
    family: 'Llama',
    language: 'LlamaForCausalLM',
    tokens: 'LlamaForTokenClassification',
    sequence: 'LlamaForSequenceClassification',
    body: ['LlamaModel'],
  },
  anchor: 'embed_tokens.weight',
  prefix: 'model.',
  heads: { language: 'lm_head', tokens: 'score', sequence: 'score' },
  ignored: /\.self_attn\.rotary_emb\.inv_freq$/,
  rules: llamaRules,
  describe(input, file) {
    const c = parseValue(input, file, config)
    return describeLlama(c, { qkv: c.attention_bias, out: c.attention_bias, mlp: c.mlp_bias }, file)
  },
  config: (described) => ({
    ...llamaConfig(described),
    attention_bias: described.body.bias.qkv,
    mlp_bias: described.body.bias.mlp,
  }),
  gguf: {
    architecture: 'llama',
    rules: (body) => llamaGgufRules(body, true),
    describe: (metadata, vocabulary) =>
      describeLlamaGguf(metadata, 'llama', vocabulary, { qkv: false, out: false, mlp: false }),
  },
}
