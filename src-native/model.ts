// The addon `src-native/build/w2s.node` in TypeScript: training and inference of small transformers, embedding bags and MLPs
// on the CPU. Descriptions of models, and names, order and layout of their weights, are science's (models/net.ts).
import type {
  AdamWStep,
  GivenTensor,
  LanguageBatch,
  MemoryReport,
  Tensor,
  TokenBatch,
} from '../src-main/engine/backends/learner'
import type { NetSpec } from '../src-main/science/models/net'

export interface ModelOptions {
  /**
   * Threads of the pool; default: the cores this process may use. A call takes as many of them as its batch is worth.
   * Results repeat for a thread count.
   */
  threads?: number
  /** Freezes all but the head, the last norm and the last so many blocks; 0: the head alone (a probe). */
  trainBlocks?: number
  /**
   * Of the factors of linear layers (but not the head of classes); sums are in single precision. A processor has no tf32, and
   * bf16 where the addon says so; a card has them all.
   */
  precision?: 'fp32' | 'tf32' | 'bf16'
  /**
   * In what AdamW's two moments are kept (default fp32): bf16, on a card alone, takes half their memory, and is rounded up or
   * down by chance that a seed of weight and update decides, so that results repeat.
   */
  moments?: 'fp32' | 'bf16'
  /** Activations that backward may keep, in bytes (default 1e9); larger batches are cut into micro-batches. */
  activationBytes?: number
  /** Whether the last block computes only what the head reads (default true; the results are the same). */
  shortcut?: boolean
  /**
   * For tests: a call takes a thread for so many floating-point operations that it has; 0: all threads. Default: enough
   * that waking it pays.
   */
  threadWork?: number
  /** For tests: one gradient for all threads, or one each. Default: by the size of the model. */
  sharedGradients?: boolean
  /**
   * The path of the library for NVIDIA cards (`build.mjs --cuda`): the model is on the first card, in fp32, transformers
   * only; threads and kernels of the CPU are of no account. @throws Error saying why it cannot be.
   */
  cuda?: string
  /**
   * With `cuda`: the file that keeps which kernel makes each matrix product, its own or that of cuBLASLt, as it is measured when
   * one comes for the first time. Default: the library's own kernels make all.
   */
  products?: string
  /** The kernels to use, of those this processor has. Default: the newest. */
  isa?: Isa
}

/** `avx512vl`: AVX-512 in vectors of 256 bits. */
export type Isa = 'avx512' | 'avx512vl' | 'avx2' | 'baseline'

export type NativeBatch = { n: number; dense: Float32Array } | TokenBatch

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
  step(update: AdamWStep): Promise<number>
  /** The mean next-token loss (nats) over all predicted tokens, with gradients. */
  languageGradients(batch: LanguageBatch): Promise<number>
  /** Per example the log-likelihood (nats) of its tokens from `from` on, given those before. */
  score(batch: LanguageBatch): Promise<Float32Array>
  /** [n, width]: the hidden state after `layer` blocks, pooled as the head reads it (the last one through the last norm). */
  features(batch: TokenBatch, layer: number): Promise<Float32Array>
  /** Greedily chosen tokens of each example: up to `most`, or up to and with token `stop`. */
  generate(batch: TokenBatch, options: { most: number; stop?: number }): Promise<Int32Array[]>
  tensors(): { name: string; shape: number[] }[]
  save(): Promise<Tensor[]>
  /** The gradients of the last call, zeros for frozen weights. */
  gradients(): Promise<Tensor[]>
  /** Overwrites the named tensors, and the optimiser starts anew; nothing is changed when a name or shape is wrong. */
  load(tensors: GivenTensor[]): Promise<void>
  /** AdamW's moments of every tensor, zeros for frozen weights. */
  firstMoments(): Promise<Tensor[]>
  secondMoments(): Promise<Tensor[]>
  /** AdamW's updates since the weights were made or loaded. */
  updates(): Promise<number>
  /** After `load`: the optimiser goes on where these were taken; moments that are not given are zeros. */
  restore(optimiser: { updates: number; first: Tensor[]; second: Tensor[] }): Promise<void>
  memory(): Promise<MemoryReport>
  /** Gives back the memory once the calls under way are done. */
  dispose(): void
}

/** An NVIDIA card. */
export interface CudaDevice {
  name: string
  /** As `CUDA_VISIBLE_DEVICES` takes it; '' where the driver has none. */
  uuid: string
  /** Its compute capability, '8.9' for one. */
  compute: string
  /** Bytes, all and those that nobody uses now. */
  memory: number
  free: number
  /** How many there are, and their highest clock in MHz; 0 where the driver does not tell. */
  multiprocessors: number
  megahertz: number
}

/** The driver of NVIDIA cards. */
export interface CudaDriver {
  /** As the system tells it, '550.54.14' for one; '' where it does not. */
  version: string
  /** The CUDA that it takes and the one that the library was made with, 12040 for 12.4; 0: there is no driver. */
  cuda: number
  runtime: number
}

/** Whether matrix products may be made by cuBLASLt. */
export interface CudaProducts {
  /** Where it lies, links followed, and its version, 130100 for 13.1.0; '' and 0 where there is none. */
  file: string
  version: number
  /** Name of the choices that are gone by, since others may round otherwise; '' where it makes none. */
  choices: string
  /** Why it makes none; '' where it may. */
  why: string
}

/** What NVML tells of a card; null is what the driver does not tell. */
export interface NvmlCard {
  /** '' where it no longer answers, as its name is. */
  uuid: string
  name: string
  /** Percent, bytes (`used` with what the driver keeps for itself), °C, W, MHz. */
  busy: number | null
  total: number | null
  used: number | null
  celsius: number | null
  watts: number | null
  megahertz: number | null
  memoryMegahertz: number | null
  /** Bits of what slows it down, and how many errors of its memory could not be corrected. */
  slowed: number | null
  memoryErrors: number | null
  /** Whether it is divided among programs (MIG). */
  parted: boolean
  /** NVML's number of why it does not work; 0 of one that does. */
  trouble: number
}

/** What NVML tells of all cards, and of the programs that compute on them (`name` is '' where it may not be seen). */
export interface NvmlAnswer {
  driver: string
  cards: NvmlCard[]
  users: { card: string; pid: number; name: string; bytes: number | null }[]
}

/** How calls fail where the device does: `number` is the driver's own of the error, negative of cuBLASLt, `asked`, `free` and `all` are bytes. */
export type DeviceFailure = Error &
  ({ code: 'W2S_FAULT'; number: number } | { code: 'W2S_FULL'; asked: number; free: number; all: number })

export interface NativeAddon {
  Model: new (spec: NetSpec, options: ModelOptions) => NativeModel
  /** The kernels that this processor can run, the newest first. */
  isas: Isa[]
  /**
   * Seconds that these kernels take for a fixed amount of a training step's work, in one thread; takes 5 ms.
   * @throws TypeError when this processor has none of that name
   */
  measure(isa: Isa): number
  /** What the library of this path finds of the driver. @throws Error where it cannot be opened */
  cudaDriver(library: string): CudaDriver
  /** The cards that the library of this path sees. @throws DeviceFailure saying why there are none, Error where it cannot be opened */
  cudaDevices(library: string): CudaDevice[]
  /** What the products of models are made by that are given this file (`ModelOptions.products`). @throws Error where the library cannot be opened */
  cudaProducts(library: string, products: string): CudaProducts
  /**
   * Asks the driver's NVML of this path, which takes milliseconds, on a thread of its own; never ends where the driver hangs.
   * One call at a time. @throws DeviceFailure with NVML's number where that fails, Error where it is not there or is another
   */
  nvml(library: string): Promise<NvmlAnswer>
  /** Vendor and signature of the processor's model; '' where it has none. */
  processor: string
  /** Whether this processor multiplies bf16 (AVX512-BF16). */
  bf16: boolean
  /** Cores that this process may use. */
  threads: number
}
