import { z } from 'zod'
import { parseValue } from '../json'
import { thirds, thirdsByHead, type Layout } from '../layouts'
import {
  activation,
  activationName,
  activationOf,
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
  type Rule,
} from './architecture'
import { ggufEpsilon, ggufSizes } from './gguf-keys'

const config = z.looseObject({
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: layerCount,
  num_attention_heads: size,
  intermediate_size: size,
  hidden_act: activation.default('gelu'),
  rotary_pct: z.number().gt(0).max(1).default(0.25),
  rotary_emb_base: positive.default(10_000),
  ...rotaryKeys,
  max_position_embeddings: size,
  layer_norm_eps: epsilon.default(1e-5),
  use_parallel_residual: z.boolean().default(true),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.boolean().default(true),
})

const FIXED = {
  tokenTypes: 0,
  norm: 'layer',
  normOrder: 'pre',
  causal: true,
} as const satisfies Partial<Body>

/** Names that differ between transformers and GGUF. */
interface Names {
  tokens: string
  norm1: string
  qkv: string
  out: string
  norm2: string
  up: string
  down: string
  norm: string
}

function rulesOf(body: Body, block: (layer: number) => string, names: Names, qkv: Layout): Rule[] {
  const { width, inner } = body
  return [
    ...table(names.tokens, 'tokens', body.vocabulary, body),
    ...blocks(body, (layer, ours) => {
      const at = block(layer)
      const fused = [`${ours}.q`, `${ours}.k`, `${ours}.v`]
      return [
        ...norm(at + names.norm1, `${ours}.norm1`, body),
        ...linear(at + names.qkv, fused, [3 * width, width], body.bias.qkv, qkv),
        ...linear(at + names.out, `${ours}.out`, [width, width], body.bias.out),
        ...norm(at + names.norm2, `${ours}.norm2`, body),
        ...linear(at + names.up, `${ours}.up`, [inner, width], true),
        ...linear(at + names.down, `${ours}.down`, [width, inner], true),
      ]
    }),
    ...norm(names.norm, 'norm', body),
  ]
}

const NAMES: Names = {
  tokens: 'embed_in',
  norm1: 'input_layernorm',
  qkv: 'attention.query_key_value',
  out: 'attention.dense',
  norm2: 'post_attention_layernorm',
  up: 'mlp.dense_h_to_4h',
  down: 'mlp.dense_4h_to_h',
  norm: 'final_layer_norm',
}
const GGUF_NAMES: Names = {
  tokens: 'token_embd',
  norm1: 'attn_norm',
  qkv: 'attn_qkv',
  out: 'attn_output',
  norm2: 'ffn_norm',
  up: 'ffn_up',
  down: 'ffn_down',
  norm: 'output_norm',
}

/** Columns as a share of a head from which they come back when rounded down: 30 / 44 of 44 would be 29. */
function rotaryShare(columns: number, headSize: number): number {
  const share = columns / headSize
  return Math.floor(headSize * share) === columns ? share : share * (1 + Number.EPSILON)
}

/** GPT-NeoX (Pythia): rotary positions on a part of each head, attention and MLP side by side. */
export const neox: Architecture = {
  id: 'gpt-neox',
  modelType: 'gpt_neox',
  classes: {
    family: 'GPTNeoX',
    language: 'GPTNeoXForCausalLM',
    tokens: 'GPTNeoXForTokenClassification',
    sequence: 'GPTNeoXForSequenceClassification',
    body: ['GPTNeoXModel'],
  },
  anchor: 'embed_in.weight',
  prefix: 'gpt_neox.',
  heads: { language: 'embed_out', tokens: 'classifier', sequence: 'score' },
  ignored: /\.attention\.(bias|masked_bias|rotary_emb\.inv_freq)$/,
  rules: (body) => rulesOf(body, (layer) => `layers.${layer}.`, NAMES, thirdsByHead(body.heads, body.headSize)),
  describe(input, file) {
    const c = parseValue(input, file, config)
    const rope = c.rope_parameters ?? {}
    const headSize = headSizeOf(c.hidden_size, c.num_attention_heads, `${file}: hidden_size`)
    const body: Body = {
      ...FIXED,
      vocabulary: c.vocab_size,
      width: c.hidden_size,
      layers: c.num_hidden_layers,
      heads: c.num_attention_heads,
      kvHeads: c.num_attention_heads,
      headSize,
      inner: c.intermediate_size,
      positions: {
        kind: 'rotary',
        columns: Math.floor(headSize * (rope.partial_rotary_factor ?? c.rotary_pct)),
        base: rope.rope_theta ?? c.rotary_emb_base,
      },
      normEpsilon: c.layer_norm_eps,
      parallel: c.use_parallel_residual,
      activation: activationOf(c.hidden_act),
      bias: { qkv: c.attention_bias, out: c.attention_bias, mlp: true },
    }
    return { body, tied: c.tie_word_embeddings, context: c.max_position_embeddings }
  },
  config: ({ body, tied, context }) => ({
    vocab_size: body.vocabulary,
    hidden_size: body.width,
    num_hidden_layers: body.layers,
    num_attention_heads: body.heads,
    intermediate_size: body.inner,
    hidden_act: activationName(body.activation),
    rotary_pct: rotaryShare(rotaryOf(body).columns, body.headSize),
    rotary_emb_base: rotaryOf(body).base,
    max_position_embeddings: context,
    layer_norm_eps: body.normEpsilon,
    use_parallel_residual: body.parallel,
    tie_word_embeddings: tied,
    attention_bias: body.bias.qkv,
  }),
  gguf: {
    architecture: 'gptneox',
    rules: (body) => rulesOf(body, (layer) => `blk.${layer}.`, GGUF_NAMES, thirds(body.width)),
    describe(metadata, vocabulary) {
      const { context, ...sizes } = ggufSizes(metadata, 'gptneox', true)
      const body: Body = {
        ...FIXED,
        ...sizes,
        vocabulary,
        kvHeads: sizes.heads,
        positions: {
          kind: 'rotary',
          columns: metadata.size('gptneox.rope.dimension_count'),
          base: metadata.number('gptneox.rope.freq_base', 10_000),
        },
        normEpsilon: ggufEpsilon(metadata, 'gptneox.attention.layer_norm_epsilon'),
        parallel: (metadata.get('gptneox.use_parallel_residual') ?? true) === true,
        // The file does not say; all of Pythia has the exact form.
        activation: 'gelu-erf',
        bias: { qkv: true, out: true, mlp: true },
      }
      return { body, context }
    },
  },
}
