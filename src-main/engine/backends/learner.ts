import type { Matrix } from '../../science/matrix'
import type { NetSpec } from '../../science/models/model'

/** Named tensors, row-major, in a fixed order: what is saved, loaded and compared across backends. */
export interface Tensor {
  name: string
  shape: number[]
  data: Float32Array
}
export type Weights = Tensor[]

/**
 * Input of `n` examples: dense features [n, width], or ragged token lists
 * (example i owns tokens[offsets[i] .. offsets[i + 1]), offsets has n + 1 entries; an empty list is allowed).
 */
export type Batch = { n: number; dense: Matrix } | { n: number; tokens: Int32Array; offsets: Int32Array }

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

export type BackendId = 'tensorflow' | 'wasm'

/**
 * The seam between science and compute: a backend knows models, forward, backward and the optimiser, and nothing of
 * weak-to-strong. All calls are asynchronous so that cancel and progress get through between them.
 */
export interface Learner {
  readonly net: NetSpec
  /** Logits [n, classes]. */
  forward(batch: Batch): Promise<Matrix>
  /**
   * Forward over the whole batch, `loss` gives dLogits from the logits, backward. Gradients replace those of the last
   * call; `step` applies them. Returns the logits [n, classes] of before the update.
   */
  gradients(batch: Batch, dLogits: (logits: Matrix) => Matrix): Promise<Matrix>
  step(update: AdamWStep): Promise<void>
  /** The gradients of the last `gradients` call: for tests against a reference. */
  readGradients(): Promise<Weights>
  save(): Promise<Weights>
  /** @throws Error naming the tensor, the expected and the got shape; nothing is changed then. */
  load(weights: Weights): Promise<void>
  dispose(): void
}

export interface Backend {
  id: BackendId
  /** e.g. "CPU (libtensorflow 2.21, AVX-512)" or "NVIDIA H200 (CUDA 12)". */
  device: string
  version: string
  /** Why this backend was chosen, one sentence for people. */
  reason: string
  /** A learner with seeded initial weights, or the given ones (for `bag`, `embeddings` [vocabulary, width] are given apart). */
  create(net: NetSpec, init: { seed: number; embeddings?: Float32Array } | { weights: Weights }): Promise<Learner>
}
