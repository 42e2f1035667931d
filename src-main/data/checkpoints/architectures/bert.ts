import { z } from 'zod'
import { parseValue } from '../json'
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
  hidden_size: size,
  num_hidden_layers: layerCount,
  num_attention_heads: size,
  intermediate_size: size,
  hidden_act: activation.default('gelu'),
  max_position_embeddings: size,
  type_vocab_size: size,
  layer_norm_eps: epsilon.default(1e-12),
  position_embedding_type: z.literal('absolute').default('absolute'),
  is_decoder: z.literal(false).default(false),
  add_cross_attention: z.literal(false).default(false),
})

const FIXED = {
  norm: 'layer',
  normOrder: 'post',
  parallel: false,
  causal: false,
  bias: { qkv: true, out: true, mlp: true },
} as const satisfies Partial<Body>

/** Names that differ between transformers and GGUF. */
interface Names {
  tokens: string
  positions: string
  types: string
  norm: string
  block(layer: number): string
  q: string
  k: string
  v: string
  out: string
  norm1: string
  up: string
  down: string
  norm2: string
}

function rulesOf(body: Body, names: Names): Rule[] {
  const { width, inner } = body
  return [
    ...table(names.tokens, 'tokens', body.vocabulary, body),
    ...table(names.positions, 'positions', countOf(body), body),
    ...table(names.types, 'types', body.tokenTypes, body),
    ...norm(names.norm, 'embeddingNorm', body),
    ...blocks(body, (layer, ours) => {
      const at = names.block(layer)
      return [
        ...linear(at + names.q, `${ours}.q`, [width, width], true),
        ...linear(at + names.k, `${ours}.k`, [width, width], true),
        ...linear(at + names.v, `${ours}.v`, [width, width], true),
        ...linear(at + names.out, `${ours}.out`, [width, width], true),
        ...norm(at + names.norm1, `${ours}.norm1`, body),
        ...linear(at + names.up, `${ours}.up`, [inner, width], true),
        ...linear(at + names.down, `${ours}.down`, [width, inner], true),
        ...norm(at + names.norm2, `${ours}.norm2`, body),
      ]
    }),
  ]
}

const NAMES: Names = {
  tokens: 'embeddings.word_embeddings',
  positions: 'embeddings.position_embeddings',
  types: 'embeddings.token_type_embeddings',
  norm: 'embeddings.LayerNorm',
  block: (layer) => `encoder.layer.${layer}.`,
  q: 'attention.self.query',
  k: 'attention.self.key',
  v: 'attention.self.value',
  out: 'attention.output.dense',
  norm1: 'attention.output.LayerNorm',
  up: 'intermediate.dense',
  down: 'output.dense',
  norm2: 'output.LayerNorm',
}
const GGUF_NAMES: Names = {
  tokens: 'token_embd',
  positions: 'position_embd',
  types: 'token_types',
  norm: 'token_embd_norm',
  block: (layer) => `blk.${layer}.`,
  q: 'attn_q',
  k: 'attn_k',
  v: 'attn_v',
  out: 'attn_output',
  norm1: 'attn_output_norm',
  up: 'ffn_up',
  down: 'ffn_down',
  norm2: 'layer_output_norm',
}

/** BERT (MiniLM too): an encoder with norms after the residual sums. Its pooler and pretraining heads are not read. */
export const bert: Architecture = {
  id: 'bert',
  modelType: 'bert',
  classes: {
    family: 'Bert',
    language: null,
    tokens: 'BertForTokenClassification',
    sequence: null,
    body: ['BertModel', 'BertForMaskedLM', 'BertForPreTraining'],
  },
  anchor: 'embeddings.word_embeddings.weight',
  prefix: 'bert.',
  heads: { language: 'cls', tokens: 'classifier', sequence: 'classifier' },
  // As TensorFlow named the parts of a norm; bert-base-uncased still has them.
  rename: (name) =>
    name.replace(/(LayerNorm\.)(gamma|beta)$/, (_, norm, part) => norm + (part === 'gamma' ? 'weight' : 'bias')),
  ignored: /(^|\.)(pooler\.dense\.(weight|bias)|embeddings\.position_ids|cls\..*)$/,
  rules: (body) => rulesOf(body, NAMES),
  describe(input, file) {
    const c = parseValue(input, file, config)
    const body: Body = {
      ...FIXED,
      vocabulary: c.vocab_size,
      width: c.hidden_size,
      layers: c.num_hidden_layers,
      heads: c.num_attention_heads,
      kvHeads: c.num_attention_heads,
      headSize: headSizeOf(c.hidden_size, c.num_attention_heads, `${file}: hidden_size`),
      inner: c.intermediate_size,
      positions: { kind: 'learned', count: c.max_position_embeddings },
      tokenTypes: c.type_vocab_size,
      normEpsilon: c.layer_norm_eps,
      activation: activationOf(c.hidden_act),
    }
    return { body, tied: false, context: c.max_position_embeddings }
  },
  config: ({ body, context }) => ({
    vocab_size: body.vocabulary,
    hidden_size: body.width,
    num_hidden_layers: body.layers,
    num_attention_heads: body.heads,
    intermediate_size: body.inner,
    hidden_act: activationName(body.activation),
    max_position_embeddings: context,
    type_vocab_size: body.tokenTypes,
    layer_norm_eps: body.normEpsilon,
    position_embedding_type: 'absolute',
  }),
  gguf: {
    architecture: 'bert',
    rules: (body) => rulesOf(body, GGUF_NAMES),
    describe(metadata, vocabulary) {
      const { context, ...sizes } = ggufSizes(metadata, 'bert', false)
      const body: Body = {
        ...FIXED,
        ...sizes,
        vocabulary,
        kvHeads: sizes.heads,
        positions: { kind: 'learned', count: context },
        // The file does not say, and no BERT has another number; the tensor's shape will contradict if one does.
        tokenTypes: 2,
        normEpsilon: ggufEpsilon(metadata, 'bert.attention.layer_norm_epsilon'),
        activation: 'gelu-erf',
      }
      return { body, context }
    },
  },
}
