import type { Matrix } from '../../science/maths/matrix'
import type { NetSpec } from '../../science/models/net'
import type { BackendId, Moments, Precision } from '../../science/backends'

/** Named tensors, row-major, in the order of `tensorsOf`: what is saved, loaded and compared across backends. */
export interface Tensor {
  name: string
  shape: number[]
  data: Float32Array
}
export type Weights = Tensor[]

/**
 * A tensor as it is handed over. `transposed`: shape and data are [out, in], as the linear weights of most checkpoints
 * are; so they go from the file to where a backend keeps them without a turned copy in between.
 */
export type GivenTensor = Tensor & { transposed?: boolean }

/**
 * Ragged token lists: example i owns tokens[offsets[i] .. offsets[i + 1]), offsets has n + 1 entries; an empty list is
 * allowed.
 */
export interface TokenBatch {
  n: number
  tokens: Int32Array
  offsets: Int32Array
}
/** Input of `n` examples: dense features [n, width], or token lists. */
export type Batch = { n: number; dense: Matrix } | TokenBatch

/** `from`: the first predicted token of each example, at least 1; default 1. */
export type LanguageBatch = TokenBatch & { from?: Int32Array }

/** One AdamW update (decoupled weight decay, Loshchilov & Hutter 2019), after clipping by the global norm. */
export interface AdamWStep {
  lr: number
  beta1: number
  beta2: number
  eps: number
  weightDecay: number
  /** 0: no clipping. */
  clipNorm: number
}

/** What AdamW remembers: its updates so far, and both moments of what is trained, in the net's layout. */
export interface OptimiserState {
  updates: number
  first: Weights
  second: Weights
}

/** What a learner holds, in bytes. `mirrors`: copies of weights in another shape. */
export interface MemoryReport {
  weights: number
  mirrors: number
  gradients: number
  moments: number
  /** Of the largest pass so far. */
  activations: number
}

/** How a learner likes a batch cut that it predicts piece by piece. */
export interface PieceSize {
  /** Weights times tokens, about: some ten milliseconds natively, seconds on WebAssembly. */
  work: number
  /** At least. */
  tokens: number
  /** At least. */
  examples: number
}

/**
 * The seam between science and compute: a backend knows models, forward, backward and the optimiser, and nothing of
 * weak-to-strong. All calls are asynchronous so that cancel and progress get through between them; they run one after
 * another, and one that does not fit the net (its kind, its head, a token outside the vocabulary) rejects, saying what
 * was expected and what was got.
 */
export interface Learner {
  readonly net: NetSpec
  readonly pieces: PieceSize
  /** Logits [n, outputs]: of the classes, or of the token after each example. */
  forward(batch: Batch): Promise<Matrix>
  /**
   * Forward over the whole batch, `loss` gives dLogits from the logits, backward. Gradients replace those of the last
   * call; `step` applies them. Returns the logits [n, outputs] of before the update. A learner splits the batch as its
   * memory asks; the loss sees it whole. Where that throws, there are no gradients any more.
   */
  gradients(batch: Batch, dLogits: (logits: Matrix) => Matrix): Promise<Matrix>
  /** @throws Error when there are no gradients since the last step or load, or for an epsilon below 1e-30 */
  step(update: AdamWStep): Promise<void>
  /** The mean next-token loss (nats) over all predicted tokens; gradients as above. Needs a language head. */
  lmStep(batch: LanguageBatch): Promise<number>
  /** Per example the log-likelihood (nats) of its tokens from `from` on, given those before. Needs a language head. */
  score(batch: LanguageBatch): Promise<Float32Array>
  /**
   * [n, width]: the hidden state after `layer` blocks (0: the embeddings), pooled as the head reads it; the last one
   * through the last norm. Needs a transformer.
   */
  features(batch: TokenBatch, layer: number): Promise<Matrix>
  /** Greedily chosen tokens of each example: up to `most`, or up to and with token `stop`. Needs a language head. */
  generate(batch: TokenBatch, options: { most: number; stop?: number }): Promise<Int32Array[]>
  memory(): Promise<MemoryReport>
  /** The gradients of the last call, of what is trained: for tests against a reference. */
  readGradients(): Promise<Weights>
  save(): Promise<Weights>
  /** Replaces all weights; the optimiser starts anew. @throws Error naming the tensor; nothing is changed then. */
  load(weights: GivenTensor[]): Promise<void>
  saveOptimiser(): Promise<OptimiserState>
  /**
   * After `load`: the optimiser goes on where `saveOptimiser` saw it. With the weights that `save` gave beside it, what
   * follows has the very bits of a training that was never stopped.
   */
  restoreOptimiser(state: OptimiserState): Promise<void>
  dispose(): void
}

/** Where weights come from: given by name, all others from the seed; without a seed all must be given. */
export type Init = { seed: number; weights?: GivenTensor[] } | { weights: GivenTensor[] }

export interface LearnerOptions {
  /** Freezes all but the head, the last norm and the last so many blocks (0: the head alone); see `tensorsOf`. */
  trainBlocks?: number
  /**
   * `bf16`, `tf32`: linear layers (but not the head of classes), and on a card attention, round the factors of their products,
   * and sum in single precision; weights, moments and all else stay single. Only those of `Backend.precisions`. Default: `fp32`.
   */
  precision?: Precision
  /**
   * Of AdamW. `bf16`, on a card alone: half the memory, rounded up or down by a chance that weight and update decide, so that
   * results repeat; `saveOptimiser` gives them exactly. Default: `fp32`.
   */
  moments?: Moments
  /** That compute; fewer than the backend has where other stages are at work beside. Libraries choose for themselves. */
  threads?: number
  /** Activations that a backward may keep, in bytes; a larger batch goes in parts. The backend's own measure where that is less. */
  activationBytes?: number
}

/** Where something is computed. */
export interface Place {
  /** For people, e.g. "CPU (AVX-512, 2 threads)" or "GPU (CUDA 12)". */
  device: string
  /** That compute; null where a library chooses for itself. */
  threads: number | null
  /** Instruction set of the kernels in single precision, e.g. "avx512vl"; null where that is not known. */
  isa: string | null
}

export interface Backend extends Place {
  id: BackendId
  version: string
  /** Whether it computes on a GPU. */
  gpu: boolean
  /** How `device` reads with so many threads; not there where a library chooses for itself. */
  deviceWith?: (threads: number) => string
  /** Operations a second that its matrix products reach at most; not there, or null, where that is not known. */
  peak?: (precision: Precision) => number | null
  /** That can be had: bf16 needs a processor with AVX512-BF16, or a card; tf32 a card. */
  precisions: readonly Precision[]
  /** Why this backend was chosen, one sentence for people. */
  reason: string
  /** @throws Error when net and weights do not fit, see `weightsOf`, or for a precision or moments that cannot be had */
  create(net: NetSpec, init: Init, options?: LearnerOptions): Promise<Learner>
}
