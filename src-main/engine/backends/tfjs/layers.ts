import type { Rank } from '@tensorflow/tfjs'
import { joined, op } from './op'
import type { Bucket } from './packing'
import type { Runtime, Tensor, Tensor1D, Tensor2D } from './runtime'

interface LinearOptions {
  activation?: 'relu' | 'linear'
  /** Default true; without, the gradient of `x` is not made. */
  inputIsTrained?: boolean
}

/**
 * x·W + b, or relu of it: x [n, in], W [in, out] and b [out] given as parts that lie side by side in the columns of the
 * result (queries, keys and values, say), so that one product makes them all. No biases: none is added.
 */
export function linear(
  runtime: Runtime,
  x: Tensor2D,
  weights: readonly Tensor2D[],
  biases: readonly Tensor1D[],
  { activation = 'linear', inputIsTrained = true }: LinearOptions = {},
): Tensor2D {
  const { tf } = runtime
  /** A gradient over all columns as those of the parts. */
  const parted = (dy: Tensor, axis: number): Tensor[] =>
    weights.length === 1
      ? [dy]
      : tf.split(
          dy,
          weights.map((w) => w.shape[1]),
          axis,
        )
  return op<Tensor2D>(
    runtime,
    [...(inputIsTrained ? [x] : []), ...weights, ...biases],
    () => {
      const weight = joined(runtime, weights, 1)
      const bias = biases.length > 0 ? joined(runtime, biases, 0) : null
      const value = runtime.linear(x, weight, bias, activation)
      return { value, saved: [x, weight, ...(activation === 'relu' ? [value] : [])] }
    },
    (dy, saved) => {
      const [x, weight, y] = saved as [Tensor2D, Tensor2D, Tensor2D?]
      const dz = y ? tf.mul<Tensor2D>(dy, tf.step(y)) : dy
      return [
        ...(inputIsTrained ? [runtime.timesTransposedRight(dz, weight)] : []),
        ...parted(runtime.timesTransposedLeft(x, dz), 1),
        ...(biases.length > 0 ? parted(columnSums(runtime, dz), 0) : []),
      ]
    },
  )
}

/** Sums over the rows, [columns]: as a product, which is faster than the sum on every runtime. */
function columnSums({ tf }: Runtime, x: Tensor2D): Tensor1D {
  return tf.reshape(tf.matMul(tf.ones([1, x.shape[0]]), x), [x.shape[1]])
}

/** x·tableᵀ [n, rows of the table]: the head of a language model that is tied to its embeddings. */
export function unembed(runtime: Runtime, x: Tensor2D, table: Tensor2D): Tensor2D {
  return op<Tensor2D>(
    runtime,
    [x, table],
    () => ({ value: runtime.timesTransposedRight(x, table), saved: [x, table] }),
    (dz, saved) => {
      const [x, table] = saved as [Tensor2D, Tensor2D]
      return [runtime.tf.matMul(dz, table), runtime.timesTransposedLeft(dz, x)]
    },
  )
}

/** Rows of a matrix, [indices, columns]; an index may come twice. */
export function rowsOf(runtime: Runtime, x: Tensor2D, indices: Int32Array): Tensor2D {
  const shape = x.shape
  return op<Tensor2D>(
    runtime,
    [x],
    () => ({ value: takeRows(runtime, x, indices), saved: [] }),
    (dy) => [runtime.sumByRow(dy, indices, shape[0])],
  )
}

/** As `rowsOf`, off the tape. By `gatherND`, because wasm's `gather` copies value by value. */
export function takeRows({ tf }: Runtime, x: Tensor2D, indices: Int32Array): Tensor2D {
  return tf.gatherND(x, tf.tensor2d(indices, [indices.length, 1], 'int32')) as Tensor2D
}

/** a + b of the same shape; unlike the taped one it keeps neither. */
export function add(runtime: Runtime, a: Tensor2D, b: Tensor2D): Tensor2D {
  const { tf } = runtime
  return op<Tensor2D>(
    runtime,
    [a, b],
    () => ({ value: tf.add(a, b), saved: [] }),
    // Two of them, because the tape gives each back on its own.
    (dy) => [tf.clone(dy), tf.clone(dy)],
  )
}

/** x above `count` rows of zeros. */
export function withZeroRows(runtime: Runtime, x: Tensor2D, count: number): Tensor2D {
  const { tf } = runtime
  const [rows, columns] = x.shape
  return op<Tensor2D>(
    runtime,
    [x],
    () => ({ value: tf.concat([x, tf.zeros<Rank.R2>([count, columns])], 0), saved: [] }),
    (dy) => [tf.slice(dy, [0, 0], [rows, columns])],
  )
}

/**
 * Layer norm (Ba et al. 2016): (x − mean) / sqrt(variance + ε) · gamma + beta over each row; without `beta` RMS norm
 * (Zhang & Sennrich 2019): x / sqrt(mean square + ε) · gamma.
 */
export function norm(runtime: Runtime, x: Tensor2D, gamma: Tensor1D, beta: Tensor1D | null, epsilon: number): Tensor2D {
  const { tf } = runtime
  return op<Tensor2D>(
    runtime,
    [x, gamma, ...(beta ? [beta] : [])],
    () => {
      const centred = beta ? tf.sub<Tensor2D>(x, tf.mean(x, 1, true)) : x
      const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon))
      const normal = tf.mul<Tensor2D>(centred, scale)
      const value = tf.mul<Tensor2D>(normal, gamma)
      return { value: beta ? tf.add(value, beta) : value, saved: [normal, scale, gamma] }
    },
    (dy, saved) => {
      const [normal, scale, gamma] = saved as [Tensor2D, Tensor2D, Tensor1D]
      const product = tf.mul<Tensor2D>(dy, normal)
      // Means over the rows of dy · gamma and of that times `normal`, as products with a vector.
      const shares = tf.reshape<Rank.R2>(tf.mul(gamma, 1 / x.shape[1]), [x.shape[1], 1])
      const along = tf.mul(normal, tf.matMul(product, shares))
      const slope = tf.mul(dy, gamma)
      const rest = beta ? tf.sub(slope, tf.matMul(dy, shares)) : slope
      return [
        tf.mul(tf.sub(rest, along), scale),
        columnSums(runtime, product),
        ...(beta ? [columnSums(runtime, dy)] : []),
      ]
    },
  )
}

/** The mean of every example's own rows, [examples of the buckets, columns]. */
export function meanRows(runtime: Runtime, x: Tensor2D, buckets: readonly Bucket[]): Tensor2D {
  const { tf } = runtime
  const columns = x.shape[1]
  /** What each row of a bucket counts, [examples, length]: padding nothing. */
  const sharesOf = ({ lengths, length }: Bucket) => {
    const shares = new Float32Array(lengths.length * length)
    lengths.forEach((own, i) => shares.fill(1 / own, i * length, i * length + own))
    return shares
  }
  return op<Tensor2D>(
    runtime,
    [x],
    () => {
      const means = buckets.map((bucket) => {
        const { examples, length, start } = bucket
        const rows = tf.reshape(tf.slice(x, [start, 0], [examples.length * length, columns]), [-1, length, columns])
        const shares = tf.tensor3d(sharesOf(bucket), [examples.length, 1, length])
        return tf.reshape<Rank.R2>(tf.matMul(shares, rows), [examples.length, columns])
      })
      return { value: joined(runtime, means, 0), saved: [] }
    },
    (dy) => {
      let at = 0
      const slopes = buckets.map((bucket) => {
        const { examples, length } = bucket
        const own = tf.reshape(tf.slice(dy, [at, 0], [examples.length, columns]), [examples.length, 1, columns])
        at += examples.length
        const shares = tf.tensor3d(sharesOf(bucket), [examples.length, length, 1])
        return tf.reshape<Rank.R2>(tf.mul(own, shares), [examples.length * length, columns])
      })
      return [joined(runtime, slopes, 0)]
    },
  )
}
