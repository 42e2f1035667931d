import { createRequire } from 'node:module'
import type * as tfjs from '@tensorflow/tfjs'
import type { BackendId } from '../../../science/backends'
import type { Place } from '../learner'

export type Tf = typeof tfjs
export type Tensor1D = tfjs.Tensor1D
export type Tensor2D = tfjs.Tensor2D
export type Tensor = tfjs.Tensor

/** TensorFlow.js on one of its runtimes. */
export interface Runtime extends Place {
  tf: Tf
  /** The name that TensorFlow.js gives this runtime, too. */
  id: BackendId
  version: string
  gpu: boolean
  /** What a training pass may keep for its backward. */
  activationBytes: number
  /** x·W + b of [n, in], [in, out] and [out] (null: none), then the activation; off the tape. */
  linear(x: Tensor2D, weight: Tensor2D, bias: Tensor1D | null, activation: 'relu' | 'linear'): Tensor2D
  /** aᵀ·b of [n, p] and [n, q]. */
  timesTransposedLeft(a: Tensor2D, b: Tensor2D): Tensor2D
  /** a·bᵀ of [n, p] and [q, p]. */
  timesTransposedRight(a: Tensor2D, b: Tensor2D): Tensor2D
  /** out[rows[i]] += x[i], from a matrix of `size` rows of zeros; always in the same order. */
  sumByRow(x: Tensor2D, rows: Int32Array, size: number): Tensor2D
  /** The pieces of a vector, of these sizes one after another. */
  cut(vector: Tensor1D, sizes: number[]): Tensor1D[]
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

/**
 * Rows sorted by where they go, for kernels that sum what lies together: `order[i]` is the row that comes i-th,
 * `targets[i]` where it goes.
 */
export function byTarget(rows: Int32Array): { order: Int32Array; targets: Int32Array } {
  // One number holds both, so that the sort is that of plain numbers; equal targets stay in order.
  const keys = Float64Array.from(rows, (row, i) => row * rows.length + i).sort()
  const order = Int32Array.from(keys, (key) => key % rows.length)
  return { order, targets: order.map((i) => rows[i]!) }
}

/** Makes a loaded runtime the current one unless it is. */
export function activator(tf: Tf, id: BackendId): () => void {
  return () => {
    // Not awaited: for a runtime that is loaded already, setBackend does its work before it returns.
    if (tf.getBackend() !== id) void tf.setBackend(id)
  }
}
