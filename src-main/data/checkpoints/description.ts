/**
 * A transformer as checkpoints lie: flat, with linear weights as [out, in]. One description for all families, so that
 * GPT-2, GPT-NeoX, Llama, Qwen2 and BERT are settings and not copies. Not yet one with `TransformerSpec` of
 * science/models/net.ts, which the backends build: no run starts from a checkpoint so far.
 */
export interface TransformerSpec {
  family: 'transformer'
  vocabulary: number
  width: number
  layers: number
  heads: number
  /** A divisor of `heads`: query head h reads key and value head h * kvHeads / heads. */
  kvHeads: number
  headSize: number
  /** Width of the MLP's hidden layer. */
  inner: number
  /** Learned position embeddings; 0: none. */
  positions: number
  /** Token type embeddings, of which every token gets the first; 0: none. */
  tokenTypes: number
  /** Columns of each head that turn with the position (column i with i + rotary / 2), even; 0: none. */
  rotary: number
  rotaryBase: number
  norm: 'layer' | 'rms'
  normEps: number
  /** BERT: norms after the residual sums, and one after the embeddings. */
  postNorm: boolean
  /** GPT-NeoX: attention and MLP both read the block's input, each through its own norm. */
  parallel: boolean
  causal: boolean
  /** `swiglu`: silu(gate) * up, with a `gate` beside `up`. */
  activation: 'relu' | 'geluTanh' | 'geluErf' | 'swiglu'
  qkvBias: boolean
  outBias: boolean
  mlpBias: boolean
  /** The token that a head of classes reads, after the last norm; `mean`: the mean over all of them. */
  pooling: 'last' | 'first' | 'mean'
  head: 'classes' | 'language'
  classes: number
  /** Of a head of classes; a language head has none. */
  headBias: boolean
  /** Of a language head: the token embeddings themselves. */
  tied: boolean
  /** What learns: everything, or the head with the last norm and the last `blocks` blocks. */
  trainable: { all: boolean; blocks: number }
  /** The last block computes only what the head reads. */
  shortcut: boolean
}

/** Name and row-major shape of a tensor; linear weights are [out, in]. */
export interface TensorShape {
  name: string
  shape: number[]
}

/**
 * The tensors of a transformer in their fixed order, as the native engine names them. Of a tied language head there is
 * none; queries, keys and values are apart, heads one after the other.
 */
export function transformerTensors(spec: TransformerSpec): TensorShape[] {
  const { width, layers, inner, positions, tokenTypes, vocabulary, head } = spec
  const tensors: TensorShape[] = [{ name: 'tokens.weight', shape: [vocabulary, width] }]
  if (positions > 0) tensors.push({ name: 'positions.weight', shape: [positions, width] })
  if (tokenTypes > 0) tensors.push({ name: 'types.weight', shape: [tokenTypes, width] })
  const linear = (name: string, out: number, input: number, bias: boolean) => {
    tensors.push({ name: `${name}.weight`, shape: [out, input] })
    if (bias) tensors.push({ name: `${name}.bias`, shape: [out] })
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
    linear(`${block}.q`, queries, width, spec.qkvBias)
    linear(`${block}.k`, keys, width, spec.qkvBias)
    linear(`${block}.v`, keys, width, spec.qkvBias)
    linear(`${block}.out`, width, queries, spec.outBias)
    norm(2 * layer + 1)
    if (spec.activation === 'swiglu') linear(`${block}.gate`, inner, width, spec.mlpBias)
    linear(`${block}.up`, inner, width, spec.mlpBias)
    linear(`${block}.down`, width, inner, spec.mlpBias)
  }
  norm(2 * layers)
  if (head === 'classes') linear('head', spec.classes, width, spec.headBias)
  else if (!spec.tied) tensors.push({ name: 'head.weight', shape: [vocabulary, width] })
  return tensors
}

/** There are 2 * layers + 1 norms with either placement; after the residual sums their names shift by one. */
function normName({ layers, postNorm }: TransformerSpec, index: number): string {
  const at = postNorm ? index - 1 : index
  if (at < 0) return 'embeddingNorm'
  if (at === 2 * layers) return 'norm'
  return `blocks.${Math.floor(at / 2)}.norm${(at % 2) + 1}`
}

/** Number of weights, a tied head counted once. */
export function parameterCount(spec: TransformerSpec): number {
  return transformerTensors(spec).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
}
