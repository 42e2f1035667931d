import type { AdamWStep } from '../learner'
import type { Runtime, Tensor1D } from './runtime'

/**
 * AdamW (Loshchilov & Hutter 2019, algorithm 2, as torch.optim.AdamW) over all parameters as one flat vector, so that an
 * update is a dozen kernels whatever the net. All methods run inside the caller's tidy.
 */
export interface AdamW {
  /** New values of the parameters; keeps the moments to itself. `gradient` and `parameters` are [size]. */
  update(parameters: Tensor1D, gradient: Tensor1D, step: AdamWStep): Tensor1D
  dispose(): void
}

/** Moments start at zero. */
export function createAdamW(runtime: Runtime, size: number): AdamW {
  const { tf } = runtime
  let mean: Tensor1D = tf.zeros([size])
  let square: Tensor1D = tf.zeros([size])
  let count = 0

  /** An exponential moving average; the old one is given back. */
  function follow(old: Tensor1D, value: Tensor1D, beta: number): Tensor1D {
    const next = tf.keep(tf.add<Tensor1D>(tf.mul(old, beta), tf.mul(value, 1 - beta)))
    old.dispose()
    return next
  }
  return {
    update(parameters, gradient, step) {
      count++
      const g = clipped(runtime, gradient, step.clipNorm)
      mean = follow(mean, g, step.beta1)
      square = follow(square, tf.square(g), step.beta2)
      // mean / (1 - β1^t) / (sqrt(square / (1 - β2^t)) + ε), its scalars gathered so that fewer kernels run.
      const root = Math.sqrt(1 - step.beta2 ** count)
      const rate = (step.lr * root) / (1 - step.beta1 ** count)
      const change = tf.div(tf.mul(mean, rate), tf.add(tf.sqrt(square), step.eps * root))
      const decayed = step.weightDecay === 0 ? parameters : tf.mul(parameters, 1 - step.lr * step.weightDecay)
      return tf.sub(decayed, change)
    },
    dispose() {
      tf.dispose([mean, square])
    },
  }
}

/** Scales a gradient down to a Euclidean norm of at most `limit` (0: as it is), as torch.nn.utils.clip_grad_norm_. */
function clipped({ tf }: Runtime, gradient: Tensor1D, limit: number): Tensor1D {
  if (limit === 0) return gradient
  const norm = Math.sqrt(tf.sum(tf.square(gradient)).dataSync()[0]!)
  return norm > limit ? tf.mul(gradient, limit / (norm + 1e-6)) : gradient
}
