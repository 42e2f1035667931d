/**
 * What a backend must be able to build: the network alone, no weak-to-strong in it. One description covers all families;
 * a family of the literature is a setting, not a class:
 * | | positions | norm, order | activation | bias | other |
 * |---|---|---|---|---|---|
 * | GPT-2 | learned | layer, pre | gelu-tanh | all | |
 * | GPT-NeoX, Pythia | rotary, part of the head | layer, pre | gelu-erf | all | parallel |
 * | Llama, SmolLM2 | rotary | rms, pre | swiglu | none | kvHeads < heads |
 * | Qwen2 | rotary | rms, pre | swiglu | qkv | kvHeads < heads |
 * | BERT, MiniLM | learned | layer, post | gelu-erf | all | not causal, tokenTypes 2 |
 */
export type NetSpec = MlpSpec | BagSpec | TransformerSpec

/** Dense features [n, input] through Linear + ReLU for each entry of `hidden`, then Linear to `classes` logits. */
export interface MlpSpec {
  kind: 'mlp'
  input: number
  hidden: number[]
  classes: number
}

/** The mean of the tokens' embeddings (zero for no tokens), then as an MLP. */
export interface BagSpec {
  kind: 'bag'
  vocabulary: number
  width: number
  hidden: number[]
  classes: number
  tuneEmbeddings: boolean
}

export interface TransformerSpec {
  kind: 'transformer'
  vocabulary: number
  /** Of the residual stream. */
  width: number
  layers: number
  heads: number
  /** A divisor of `heads`: query head h reads key and value head floor(h * kvHeads / heads). */
  kvHeads: number
  headSize: number
  /** Of the MLP. */
  inner: number
  /**
   * `rotary`: the first `columns` columns of each head turn, column i with column i + columns / 2 (as transformers does
   * for GPT-NeoX and Llama), by position / base^(2 i / columns).
   */
  positions: { kind: 'learned'; count: number } | { kind: 'rotary'; columns: number; base: number }
  /** Rows of the token type table (every token has type 0); 0: no table. */
  tokenTypes: number
  norm: 'layer' | 'rms'
  normEpsilon: number
  /** `post`: norms after the residual sums and one after the embeddings, as in BERT. */
  normOrder: 'pre' | 'post'
  /** Attention and MLP both read the block's input, each through its own norm. */
  parallel: boolean
  causal: boolean
  /** `swiglu`: silu(gate) · up, with a `gate` beside `up`. */
  activation: 'relu' | 'gelu-tanh' | 'gelu-erf' | 'swiglu'
  bias: { qkv: boolean; out: boolean; mlp: boolean }
  /** Which hidden states the head reads. An example without tokens is read as zeros. */
  pooling: 'last' | 'first' | 'mean'
  /** A scalar (reward) head is one class. `language`: logits of the next token; `tied`: of the token embeddings. */
  head: { kind: 'classes'; classes: number; bias: boolean } | { kind: 'language'; tied: boolean }
}

/** How the values of a tensor start: decided by a seed, the same on every backend. */
export type Start =
  { kind: 'zeros' } | { kind: 'ones' } | { kind: 'uniform'; limit: number } | { kind: 'normal'; deviation: number }

/**
 * One tensor of a net. Row-major; the one layout of weights in the app is [in, out], so that y = x·W + b, and tables
 * have a row a token. (Most checkpoints have linear weights as [out, in]: they are loaded as such, marked `transposed`.)
 */
export interface TensorSpec {
  name: string
  shape: number[]
  /** Frozen tensors are there but get no gradient. */
  trained: boolean
  start: Start
}

/**
 * The tensors of a net in their fixed order.
 * - `bag`: `embeddings` [vocabulary, width], then as `mlp`.
 * - `mlp`: for every hidden layer `hidden.<i>.weight` [in, out] and `hidden.<i>.bias` [out], then `output.*`.
 * - `transformer`: `tokens.weight`, `positions.weight`, `types.weight`, `embeddingNorm.*` (post order), per block
 *   `blocks.<i>.` `norm1`, `q`, `k`, `v`, `out`, `norm2`, `gate` (swiglu), `up`, `down`, then `norm` (pre order), `head`
 *   (none when it is tied); a norm of the post order comes after what it follows. Heads lie side by side in the columns
 *   of q, k and v.
 * @param trainBlocks freezes all but the head, and of a transformer the last so many blocks with the last norm (0: the
 * head alone, a probe); by default everything learns but the embeddings of a `bag` that does not tune them
 */
export function tensorsOf(net: NetSpec, trainBlocks?: number): TensorSpec[] {
  return net.kind === 'transformer'
    ? transformerTensors(net, trainBlocks)
    : denseTensors(net, trainBlocks === undefined)
}

const ZEROS: Start = { kind: 'zeros' }
const ONES: Start = { kind: 'ones' }

/**
 * Hidden weights start as by He et al. 2015 for ReLU, output weights at 0 as in the reference code
 * (openai/weak-to-strong: every student starts undecided, at the same loss).
 */
function denseTensors(net: MlpSpec | BagSpec, all: boolean): TensorSpec[] {
  const uniform = (variance: number): Start => ({ kind: 'uniform', limit: Math.sqrt(3 * variance) })
  const tensors: TensorSpec[] = []
  if (net.kind === 'bag') {
    const { vocabulary, width, tuneEmbeddings } = net
    const start = uniform(1 / width)
    tensors.push({ name: 'embeddings', shape: [vocabulary, width], trained: tuneEmbeddings && all, start })
  }
  const widths = [net.kind === 'bag' ? net.width : net.input, ...net.hidden, net.classes]
  widths.slice(1).forEach((out, i) => {
    const input = widths[i]!
    const isOutput = i === net.hidden.length
    const name = isOutput ? 'output' : `hidden.${i}`
    const trained = all || isOutput
    const start = isOutput ? ZEROS : uniform(2 / input)
    tensors.push({ name: `${name}.weight`, shape: [input, out], trained, start })
    tensors.push({ name: `${name}.bias`, shape: [out], trained, start: ZEROS })
  })
  return tensors
}

/** Weights start as those of GPT-2: deviation 0.02, less for what adds to the residual stream; a head of classes at 0. */
function transformerTensors(net: TransformerSpec, trainBlocks?: number): TensorSpec[] {
  const { width, layers, inner, vocabulary, head, bias, positions } = net
  const all = trainBlocks === undefined
  const learns = (layer: number) => all || layer >= layers - trainBlocks
  const normal: Start = { kind: 'normal', deviation: 0.02 }
  const residual: Start = { kind: 'normal', deviation: 0.02 / Math.sqrt(2 * layers) }
  const tensors: TensorSpec[] = []
  const table = (name: string, rows: number) =>
    tensors.push({ name: `${name}.weight`, shape: [rows, width], trained: all, start: normal })
  const norm = (index: number) => {
    const { name, block } = placeOfNorm(net, index)
    const trained = block === undefined ? all : learns(block)
    tensors.push({ name: `${name}.weight`, shape: [width], trained, start: ONES })
    if (net.norm === 'layer') tensors.push({ name: `${name}.bias`, shape: [width], trained, start: ZEROS })
  }
  const linear = (name: string, shape: [number, number], hasBias: boolean, trained: boolean, start: Start) => {
    tensors.push({ name: `${name}.weight`, shape, trained, start })
    if (hasBias) tensors.push({ name: `${name}.bias`, shape: [shape[1]], trained, start: ZEROS })
  }
  table('tokens', vocabulary)
  if (positions.kind === 'learned') table('positions', positions.count)
  if (net.tokenTypes > 0) table('types', net.tokenTypes)
  const queries = net.heads * net.headSize
  const keys = net.kvHeads * net.headSize
  for (let layer = 0; layer < layers; layer++) {
    const trained = learns(layer)
    const at = `blocks.${layer}`
    norm(2 * layer)
    linear(`${at}.q`, [width, queries], bias.qkv, trained, normal)
    linear(`${at}.k`, [width, keys], bias.qkv, trained, normal)
    linear(`${at}.v`, [width, keys], bias.qkv, trained, normal)
    linear(`${at}.out`, [queries, width], bias.out, trained, residual)
    norm(2 * layer + 1)
    if (net.activation === 'swiglu') linear(`${at}.gate`, [width, inner], bias.mlp, trained, normal)
    linear(`${at}.up`, [width, inner], bias.mlp, trained, normal)
    linear(`${at}.down`, [inner, width], bias.mlp, trained, residual)
  }
  norm(2 * layers)
  if (head.kind === 'classes') linear('head', [width, head.classes], head.bias, true, ZEROS)
  else if (!head.tied) linear('head', [width, vocabulary], false, true, normal)
  return tensors
}

/**
 * There are 2 · layers + 1 norms in either order. Before the parts of the blocks, the last one is of no block but learns
 * with the last block; after the residual sums, the first one is that of the embeddings.
 */
function placeOfNorm({ layers, normOrder }: TransformerSpec, index: number): { name: string; block?: number } {
  const at = normOrder === 'post' ? index - 1 : index
  if (at < 0) return { name: 'embeddingNorm' }
  if (at === 2 * layers) return { name: 'norm', block: layers - 1 }
  const block = Math.floor(at / 2)
  return { name: `blocks.${block}.norm${(at % 2) + 1}`, block }
}

/** Logits of an example. */
export function outputsOf(net: NetSpec): number {
  if (net.kind !== 'transformer') return net.classes
  return net.head.kind === 'classes' ? net.head.classes : net.vocabulary
}

/** Number of values of a tensor. */
export function sizeOf({ shape }: { shape: readonly number[] }): number {
  return shape.reduce((product, side) => product * side, 1)
}

/**
 * Operations that an update takes for each text: those of the matrix products, a multiplication and an addition counted as
 * two. Forward 2 for every weight, back 4, or 2 where nothing below the first layer learns: of so many multiplies is
 * "6N" made (Kaplan et al. 2020, arXiv 2001.08361, 2.1). Exact, as every text is as wide; null of a transformer, whose
 * operations go by the lengths of texts.
 */
export function operationsOf(net: NetSpec): number | null {
  if (net.kind === 'transformer') return null
  const layers = tensorsOf(net).filter(({ name }) => name.endsWith('.weight'))
  const weights = layers.reduce((sum, layer) => sum + sizeOf(layer), 0)
  const below = net.kind === 'bag' && net.tuneEmbeddings
  return 6 * weights - (below ? 0 : 2 * sizeOf(layers[0]!))
}

/** Number of weights, those of a tied head counted once. */
export function parameterCount(net: NetSpec): number {
  return tensorsOf(net).reduce((sum, tensor) => sum + sizeOf(tensor), 0)
}
