import type { AdamWStep } from '../learner'
import type { Runtime, Tensor1D } from './runtime'

/**
 * AdamW (Loshchilov & Hutter 2019, algorithm 2, as torch.optim.AdamW) over parameters that come as flat vectors, so that
 * an update is a dozen kernels a vector whatever the net.
 */
export interface AdamW {
  /**
   * Begins an update. Of the result every vector's new values are asked for once: one after another, so that the old ones
   * can be given back before the next are made.
   */
  begin(gradients: readonly Tensor1D[], step: AdamWStep): (parameter: Tensor1D, i: number) => Tensor1D
  /** Updates so far, and the moments, which stay the optimiser's own. */
  state(): AdamWState
  dispose(): void
}
export interface AdamWState {
  updates: number
  means: readonly Tensor1D[]
  squares: readonly Tensor1D[]
}

/** Moments start at zero, or (given over) as a `state` had them. `sizes`: numbers of values of the vectors. */
export function createAdamW(runtime: Runtime, sizes: readonly number[], from?: AdamWState): AdamW {
  const { tf } = runtime
  const means: Tensor1D[] = from ? [...from.means] : sizes.map((size) => tf.zeros([size]))
  const squares: Tensor1D[] = from ? [...from.squares] : sizes.map((size) => tf.zeros([size]))
  let count = from?.updates ?? 0

  /** Moves an exponential moving average on by a share of a value; the old one is given back. */
  function follow(averages: Tensor1D[], i: number, beta: number, value: Tensor1D, share: number): Tensor1D {
    const next = tf.keep(tf.add<Tensor1D>(tf.mul(averages[i]!, beta), tf.mul(value, share)))
    averages[i]!.dispose()
    return (averages[i] = next)
  }
  return {
    begin(gradients, { lr, beta1, beta2, eps, weightDecay, clipNorm }) {
      count++
      const scale = clipping(runtime, gradients, clipNorm)
      // mean / (1 - β1^t) / (sqrt(square / (1 - β2^t)) + ε), its scalars gathered so that fewer kernels run.
      const root = Math.sqrt(1 - beta2 ** count)
      const rate = (lr * root) / (1 - beta1 ** count)
      const decay = 1 - lr * weightDecay
      return (parameter, i) =>
        tf.tidy(() => {
          const g = gradients[i]!
          const mean = follow(means, i, beta1, g, (1 - beta1) * scale)
          const square = follow(squares, i, beta2, tf.square(g), (1 - beta2) * scale ** 2)
          const change = tf.div<Tensor1D>(tf.mul(mean, rate), tf.add(tf.sqrt(square), eps * root))
          return tf.sub<Tensor1D>(decay === 1 ? parameter : tf.mul(parameter, decay), change)
        })
    },
    state: () => ({ updates: count, means, squares }),
    dispose() {
      tf.dispose([means, squares])
    },
  }
}

/** What gradients are multiplied with for a global Euclidean norm of at most `limit` (0: 1), or of none: as torch's clip_grad_norm_. */
function clipping({ tf }: Runtime, gradients: readonly Tensor1D[], limit: number): number {
  if (limit === 0 || gradients.length === 0) return 1
  const squares = tf.tidy(() =>
    tf.stack(gradients.map((g) => tf.tidy(() => tf.sum(tf.square(g))))).dataSync<'float32'>(),
  )
  const norm = Math.sqrt(squares.reduce((a, b) => a + b, 0))
  return norm > limit ? limit / (norm + 1e-6) : 1
}
