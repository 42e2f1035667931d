import type { AdamWStep } from '../learner'
import type { Runtime, Tensor1D } from './runtime'

/**
 * AdamW (Loshchilov & Hutter 2019, algorithm 2, as torch.optim.AdamW) over parameters that come as flat vectors, so that
 * an update is a dozen kernels a vector whatever the net.
 */
export interface AdamW {
  /** New values of the parameters; keeps the moments to itself. To be called inside a tidy. */
  update(parameters: readonly Tensor1D[], gradients: readonly Tensor1D[], step: AdamWStep): Tensor1D[]
  dispose(): void
}

/** Moments start at zero. `sizes`: numbers of values of the vectors. */
export function createAdamW(runtime: Runtime, sizes: readonly number[]): AdamW {
  const { tf } = runtime
  const means: Tensor1D[] = sizes.map((size) => tf.zeros([size]))
  const squares: Tensor1D[] = sizes.map((size) => tf.zeros([size]))
  let count = 0

  /** Moves an exponential moving average on; the old one is given back. */
  function follow(averages: Tensor1D[], i: number, value: Tensor1D, beta: number): Tensor1D {
    const next = tf.keep(tf.add<Tensor1D>(tf.mul(averages[i]!, beta), tf.mul(value, 1 - beta)))
    averages[i]!.dispose()
    return (averages[i] = next)
  }
  return {
    update(parameters, gradients, step) {
      count++
      // mean / (1 - β1^t) / (sqrt(square / (1 - β2^t)) + ε), its scalars gathered so that fewer kernels run.
      const root = Math.sqrt(1 - step.beta2 ** count)
      const rate = (step.lr * root) / (1 - step.beta1 ** count)
      return clipped(runtime, gradients, step.clipNorm).map((g, i) => {
        const mean = follow(means, i, g, step.beta1)
        const square = follow(squares, i, tf.square(g), step.beta2)
        const change = tf.div<Tensor1D>(tf.mul(mean, rate), tf.add(tf.sqrt(square), step.eps * root))
        const decay = 1 - step.lr * step.weightDecay
        return tf.sub<Tensor1D>(decay === 1 ? parameters[i]! : tf.mul(parameters[i]!, decay), change)
      })
    },
    dispose() {
      tf.dispose([means, squares])
    },
  }
}

/** Scales gradients down to a global Euclidean norm of at most `limit` (0: as they are), as torch's clip_grad_norm_. */
function clipped({ tf }: Runtime, gradients: readonly Tensor1D[], limit: number): readonly Tensor1D[] {
  if (limit === 0) return gradients
  const squares = tf.stack(gradients.map((g) => tf.sum(tf.square(g)))).dataSync<'float32'>()
  const norm = Math.sqrt(squares.reduce((a, b) => a + b, 0))
  return norm > limit ? gradients.map((g) => tf.mul(g, limit / (norm + 1e-6))) : gradients
}
