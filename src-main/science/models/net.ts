/**
 * The description of a transformer: one for all families, so that GPT-2, GPT-NeoX, Llama, Qwen2 and BERT are settings
 * and not copies. The same as `TransformerSpec` in src-native/model.ts.
 */
export interface TransformerSpec {
  kind: 'transformer'
  vocabulary: number
  /** Of the residual stream. */
  width: number
  layers: number
  heads: number
  /** Key and value heads, a divisor of `heads`: query head h reads head h * kvHeads / heads. */
  kvHeads: number
  headSize: number
  /** Of the MLP. */
  inner: number
  /** `rotary`: column i of each head turns with column i + columns / 2, by position / base^(2 i / columns). */
  positions: { kind: 'learned'; count: number } | { kind: 'rotary'; columns: number; base: number }
  /** Rows of the token type table, of which every token gets the first; 0: no table. */
  tokenTypes: number
  norm: 'layer' | 'rms'
  normEpsilon: number
  /** `post`: norms after the residual sums and after the embeddings, as in BERT. */
  normOrder: 'pre' | 'post'
  /** GPT-NeoX: attention and MLP both read the block's input, each through its own norm. */
  parallel: boolean
  causal: boolean
  /** `swiglu`: silu(gate) * up, with a `gate` beside `up`. */
  activation: 'relu' | 'gelu-tanh' | 'gelu-erf' | 'swiglu'
  bias: { qkv: boolean; out: boolean; mlp: boolean }
  /** The hidden states that the head reads, after the last norm; `mean`: over all tokens. */
  pooling: 'last' | 'first' | 'mean'
  /** `language`: logits of the next token; `tied`: of the token embeddings. */
  head: { kind: 'classes'; classes: number; bias: boolean } | { kind: 'language'; tied: boolean }
}

/** Name and row-major shape of a tensor; linear weights are [in, out] (y = x W + b). */
export interface TensorShape {
  name: string
  shape: number[]
}

/**
 * The tensors of a transformer in their fixed order, as the native engine names them. Of a tied language head there is
 * none; queries, keys and values are apart, heads one after the other.
 */
export function transformerTensors(spec: TransformerSpec): TensorShape[] {
  const { width, layers, inner, positions, tokenTypes, vocabulary, head, bias } = spec
  const tensors: TensorShape[] = [{ name: 'tokens.weight', shape: [vocabulary, width] }]
  if (positions.kind === 'learned') tensors.push({ name: 'positions.weight', shape: [positions.count, width] })
  if (tokenTypes > 0) tensors.push({ name: 'types.weight', shape: [tokenTypes, width] })
  const linear = (name: string, input: number, out: number, hasBias: boolean) => {
    tensors.push({ name: `${name}.weight`, shape: [input, out] })
    if (hasBias) tensors.push({ name: `${name}.bias`, shape: [out] })
  }
  const norm = (index: number) => {
    const name = normName(spec, index)
    tensors.push({ name: `${name}.weight`, shape: [width] })
    if (spec.norm === 'layer') tensors.push({ name: `${name}.bias`, shape: [width] })
  }
  const queries = spec.heads * spec.headSize
  const keys = spec.kvHeads * spec.headSize
  for (let layer = 0; layer < layers; layer++) {
    const block = `blocks.${layer}`
    norm(2 * layer)
    linear(`${block}.q`, width, queries, bias.qkv)
    linear(`${block}.k`, width, keys, bias.qkv)
    linear(`${block}.v`, width, keys, bias.qkv)
    linear(`${block}.out`, queries, width, bias.out)
    norm(2 * layer + 1)
    if (spec.activation === 'swiglu') linear(`${block}.gate`, width, inner, bias.mlp)
    linear(`${block}.up`, width, inner, bias.mlp)
    linear(`${block}.down`, inner, width, bias.mlp)
  }
  norm(2 * layers)
  if (head.kind === 'classes') linear('head', width, head.classes, head.bias)
  else if (!head.tied) tensors.push({ name: 'head.weight', shape: [width, vocabulary] })
  return tensors
}

/** There are 2 * layers + 1 norms in either order; after the residual sums their names shift by one. */
function normName({ layers, normOrder }: TransformerSpec, index: number): string {
  const at = normOrder === 'post' ? index - 1 : index
  if (at < 0) return 'embeddingNorm'
  if (at === 2 * layers) return 'norm'
  return `blocks.${Math.floor(at / 2)}.norm${(at % 2) + 1}`
}

/** Number of weights, a tied head counted once. */
export function parameterCount(spec: TransformerSpec): number {
  return transformerTensors(spec).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
}
