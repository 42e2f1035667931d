import { z } from 'zod'
import { parseValue } from '../json'
import { same, thirds, type Layout } from '../layouts'
import {
  activation,
  activationName,
  activationOf,
  blocks,
  countOf,
  headSizeOf,
  layerCount,
  linear,
  norm,
  epsilon,
  size,
  table,
  type Architecture,
  type Body,
  type Rule,
} from './architecture'
import { ggufEpsilon, ggufSizes } from './gguf-keys'

const config = z.looseObject({
  vocab_size: size,
  n_positions: size,
  n_embd: size,
  n_layer: layerCount,
  n_head: size,
  n_inner: size.nullish(),
  activation_function: activation.default('gelu_new'),
  layer_norm_epsilon: epsilon.default(1e-5),
  tie_word_embeddings: z.boolean().default(true),
  scale_attn_weights: z.literal(true).default(true),
  scale_attn_by_inverse_layer_idx: z.literal(false).default(false),
  add_cross_attention: z.literal(false).default(false),
})

/** What all of its sizes have in common. */
const FIXED = {
  tokenTypes: 0,
  norm: 'layer',
  normOrder: 'pre',
  parallel: false,
  causal: true,
  bias: { qkv: true, out: true, mlp: true },
} as const satisfies Partial<Body>

/** A projection that lies [in, out] (`Conv1D`). */
function conv(theirs: string, ours: string[], [input, out]: [number, number], layout: Layout): Rule[] {
  const names = (suffix: string) => ours.map((name) => `${name}.${suffix}`)
  return [
    { theirs: `${theirs}.weight`, shape: [input, out], ours: names('weight'), layout },
    { theirs: `${theirs}.bias`, shape: [out], ours: names('bias'), layout },
  ]
}

function rules(body: Body): Rule[] {
  const { width, inner } = body
  return [
    ...table('wte', 'tokens', body.vocabulary, body),
    ...table('wpe', 'positions', countOf(body), body),
    ...blocks(body, (layer, ours) => [
      ...norm(`h.${layer}.ln_1`, `${ours}.norm1`, body),
      ...conv(`h.${layer}.attn.c_attn`, [`${ours}.q`, `${ours}.k`, `${ours}.v`], [width, 3 * width], thirds(width)),
      ...conv(`h.${layer}.attn.c_proj`, [`${ours}.out`], [width, width], same),
      ...norm(`h.${layer}.ln_2`, `${ours}.norm2`, body),
      ...conv(`h.${layer}.mlp.c_fc`, [`${ours}.up`], [width, inner], same),
      ...conv(`h.${layer}.mlp.c_proj`, [`${ours}.down`], [inner, width], same),
    ]),
    ...norm('ln_f', 'norm', body),
  ]
}

function ggufRules(body: Body): Rule[] {
  const { width, inner } = body
  return [
    ...table('token_embd', 'tokens', body.vocabulary, body),
    ...table('position_embd', 'positions', countOf(body), body),
    ...blocks(body, (layer, ours) => [
      ...norm(`blk.${layer}.attn_norm`, `${ours}.norm1`, body),
      ...linear(
        `blk.${layer}.attn_qkv`,
        [`${ours}.q`, `${ours}.k`, `${ours}.v`],
        [3 * width, width],
        true,
        thirds(width),
      ),
      ...linear(`blk.${layer}.attn_output`, `${ours}.out`, [width, width], true),
      ...norm(`blk.${layer}.ffn_norm`, `${ours}.norm2`, body),
      ...linear(`blk.${layer}.ffn_up`, `${ours}.up`, [inner, width], true),
      ...linear(`blk.${layer}.ffn_down`, `${ours}.down`, [width, inner], true),
    ]),
    ...norm('output_norm', 'norm', body),
  ]
}

/** GPT-2: learned positions, LayerNorm before each part, GELU. */
export const gpt2: Architecture = {
  id: 'gpt2',
  modelType: 'gpt2',
  classes: {
    family: 'GPT2',
    language: 'GPT2LMHeadModel',
    tokens: 'GPT2ForTokenClassification',
    sequence: 'GPT2ForSequenceClassification',
    body: ['GPT2Model'],
  },
  anchor: 'wte.weight',
  prefix: 'transformer.',
  heads: { language: 'lm_head', tokens: 'classifier', sequence: 'score' },
  // The causal mask of older checkpoints.
  ignored: /\.attn\.(bias|masked_bias)$/,
  rules,
  describe(input, file) {
    const c = parseValue(input, file, config)
    const body: Body = {
      ...FIXED,
      vocabulary: c.vocab_size,
      width: c.n_embd,
      layers: c.n_layer,
      heads: c.n_head,
      kvHeads: c.n_head,
      headSize: headSizeOf(c.n_embd, c.n_head, `${file}: n_embd`),
      inner: c.n_inner ?? 4 * c.n_embd,
      positions: { kind: 'learned', count: c.n_positions },
      normEpsilon: c.layer_norm_epsilon,
      activation: activationOf(c.activation_function),
    }
    return { body, tied: c.tie_word_embeddings, context: c.n_positions }
  },
  config: ({ body, tied, context }) => ({
    vocab_size: body.vocabulary,
    n_positions: context,
    n_embd: body.width,
    n_layer: body.layers,
    n_head: body.heads,
    n_inner: body.inner,
    activation_function: activationName(body.activation),
    layer_norm_epsilon: body.normEpsilon,
    tie_word_embeddings: tied,
  }),
  gguf: {
    architecture: 'gpt2',
    rules: ggufRules,
    describe(metadata, vocabulary) {
      const { context, ...sizes } = ggufSizes(metadata, 'gpt2', true)
      const body: Body = {
        ...FIXED,
        ...sizes,
        vocabulary,
        kvHeads: sizes.heads,
        positions: { kind: 'learned', count: context },
        normEpsilon: ggufEpsilon(metadata, 'gpt2.attention.layer_norm_epsilon'),
        activation: 'gelu-tanh',
      }
      return { body, context }
    },
  },
}
