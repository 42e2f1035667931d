import { createRequire } from 'node:module'
import type * as tfjs from '@tensorflow/tfjs'
import type { BackendId } from '../learner'

export type Tf = typeof tfjs
export type Tensor1D = tfjs.Tensor1D
export type Tensor2D = tfjs.Tensor2D
export type Tensor = tfjs.Tensor

/** TensorFlow.js on one of its runtimes. */
export interface Runtime {
  tf: Tf
  /** The name that TensorFlow.js gives this runtime, too. */
  id: BackendId
  device: string
  version: string
  gpu: boolean
  /** x·W + b of [n, in], [in, out] and [out], then the activation; off the tape. */
  linear(x: Tensor2D, weight: Tensor2D, bias: Tensor1D, activation: 'relu' | 'linear'): Tensor2D
  /** aᵀ·b of [n, p] and [n, q]. */
  timesTransposedLeft(a: Tensor2D, b: Tensor2D): Tensor2D
  /** a·bᵀ of [n, p] and [q, p]. */
  timesTransposedRight(a: Tensor2D, b: Tensor2D): Tensor2D
  /** Makes this runtime the current one: TensorFlow.js has one for the whole process. */
  activate(): void
}

/**
 * Loads packages the CommonJS way: TensorFlow.js' bundles are CommonJS, and all of them must share one copy of its core.
 */
export const load = createRequire(import.meta.url)

/** The union package: the one that registers the gradients, too. */
export function loadTf(): Tf {
  const tf = load('@tensorflow/tfjs') as Tf
  tf.enableProdMode()
  return tf
}

/** Makes a loaded runtime the current one unless it is. */
export function activator(tf: Tf, id: BackendId): () => void {
  return () => {
    // Not awaited: for a runtime that is loaded already, setBackend does its work before it returns.
    if (tf.getBackend() !== id) void tf.setBackend(id)
  }
}
