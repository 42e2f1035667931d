/**
 * The addon `src-native/build/w2s.node`: training and inference of small transformers, embedding bags and MLPs on the CPU.
 *
 * One description covers all families; a family of the literature is a setting, not a class:
 * | | positions | norm, order | activation | bias | other |
 * |---|---|---|---|---|---|
 * | GPT-2 | learned | layer, pre | gelu-tanh | all | |
 * | GPT-NeoX, Pythia | rotary, part of the head | layer, pre | gelu-erf | all | parallel |
 * | Llama, SmolLM2 | rotary | rms, pre | swiglu | none | kvHeads < heads |
 * | Qwen2 | rotary | rms, pre | swiglu | qkv | kvHeads < heads |
 * | BERT, MiniLM | learned | layer, post | gelu-erf | all | not causal, tokenTypes 2 |
 *
 * Weights are named, row-major, [in, out] (y = x W + b; embeddings [vocabulary, width]), in a fixed order:
 * `tokens.weight`, `positions.weight`, `types.weight`, `embeddingNorm.*` (post order), per block `blocks.<i>.` `norm1`, `q`,
 * `k`, `v`, `out`, `norm2`, `gate` (swiglu), `up`, `down` with `.weight` and `.bias`, then `norm` (pre order), `head`.
 * bag: `embeddings`; bag and mlp: `hidden.<i>`, `output`.
 */
export type ModelSpec = MlpSpec | BagSpec | TransformerSpec

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
  /** Key and value heads; a divisor of `heads`. */
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
  /** `post`: norms after the residual sums, as in BERT. */
  normOrder: 'pre' | 'post'
  /** Attention and MLP both read the block's input. */
  parallel: boolean
  causal: boolean
  activation: 'relu' | 'gelu-tanh' | 'gelu-erf' | 'swiglu'
  bias: { qkv: boolean; out: boolean; mlp: boolean }
  /** Which hidden states the head reads. An example without tokens is read as zeros. */
  pooling: 'last' | 'first' | 'mean'
  /** A scalar (reward) head is one class. `language`: logits of the next token; `tied`: of the token embeddings. */
  head: { kind: 'classes'; classes: number; bias: boolean } | { kind: 'language'; tied: boolean }
}

export interface ModelOptions {
  /** Threads of the pool; default: the cores this process may use. Results repeat for a thread count. */
  threads?: number
  /** Freezes all but the head, the last norm and the last so many blocks; 0: the head alone (a probe). */
  trainBlocks?: number
  /** Activations that backward may keep, in bytes (default 1e9); larger batches are cut into micro-batches. */
  activationBytes?: number
  /** Whether the last block computes only what the head reads (default true; the results are the same). */
  shortcut?: boolean
  /** For tests: one gradient for all threads, or one each. Default: by the size of the model. */
  sharedGradients?: boolean
  /** For tests: the kernels to use, of those this processor has. Default: the best. */
  isa?: Isa
}

export type Isa = 'avx512' | 'avx2' | 'baseline'

/** Example i owns tokens[offsets[i] .. offsets[i + 1]); offsets has n + 1 entries. */
export interface TokenBatch {
  n: number
  tokens: Int32Array
  offsets: Int32Array
}
export type NativeBatch = { n: number; dense: Float32Array } | TokenBatch

/** `from`: the first predicted token of each example; default 1. */
export type LanguageBatch = TokenBatch & { from?: Int32Array }

export interface NativeTensor {
  name: string
  shape: number[]
  data: Float32Array
}

/** One AdamW update (decoupled weight decay) after clipping by the global norm (0: none). */
export interface AdamWUpdate {
  lr: number
  beta1: number
  beta2: number
  eps: number
  weightDecay: number
  clipNorm: number
}

/** Bytes. `mirrors`: transposed copies of the trained weights. */
export interface MemoryReport {
  weights: number
  mirrors: number
  gradients: number
  moments: number
  activations: number
}

/**
 * Calls run one after another on a thread of the engine's own; the event loop stays free. Input is copied when a call is
 * made. Errors reject with a TypeError (bad arguments) or an Error, and name what was expected and what was got.
 */
export interface NativeModel {
  /** Random weights: normal with deviation 0.02 (transformer) or by He et al. (mlp, bag), biases and the head of classes 0. */
  initialise(seed: number): Promise<void>
  /** Logits [n, outputs]; `keep` (default false): remember what `backward` needs. */
  forward(batch: NativeBatch, keep?: boolean): Promise<Float32Array>
  /** Gradients of all trained weights from dLogits [n, outputs] of the last `forward` that kept. */
  backward(dLogits: Float32Array): Promise<void>
  /** Applies the gradients; returns their global norm before clipping. */
  step(update: AdamWUpdate): Promise<number>
  /** The mean next-token loss (nats) over all predicted tokens, with gradients. */
  languageGradients(batch: LanguageBatch): Promise<number>
  /** Per example the log-likelihood (nats) of its tokens from `from` on, given those before. */
  score(batch: LanguageBatch): Promise<Float32Array>
  /** [n, width]: the hidden state after `layer` blocks, pooled as the head reads it (the last one through the last norm). */
  features(batch: TokenBatch, layer: number): Promise<Float32Array>
  /** Greedily chosen tokens of each example: up to `most`, or up to and with token `stop`. */
  generate(batch: TokenBatch, options: { most: number; stop?: number }): Promise<Int32Array[]>
  tensors(): { name: string; shape: number[] }[]
  save(): Promise<NativeTensor[]>
  /** The gradients of the last call, zeros for frozen weights. */
  gradients(): Promise<NativeTensor[]>
  /**
   * Overwrites the named tensors, and the optimiser starts anew; nothing is changed when a name or shape is wrong.
   * `transposed`: data is [out, in], as the linear layers of most checkpoints are.
   */
  load(tensors: (NativeTensor & { transposed?: boolean })[]): Promise<void>
  memory(): Promise<MemoryReport>
  /** Gives back the memory once the calls under way are done. */
  dispose(): void
}

export interface NativeAddon {
  Model: new (spec: ModelSpec, options: ModelOptions) => NativeModel
  /** The kernels that this processor can run, the best first. */
  isas: Isa[]
  /** Cores that this process may use. */
  threads: number
}
