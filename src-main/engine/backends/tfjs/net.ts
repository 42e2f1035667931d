import type { Rank } from '@tensorflow/tfjs'
import { averagingOf } from '../batches'
import type { Batch, TokenBatch } from '../learner'
import type { Runtime, Tensor, Tensor1D, Tensor2D } from './runtime'

/**
 * relu(x·W + b), or x·W + b: one kernel forward, and a backward of our own, because the taped one is neither fused nor
 * fast on wasm. `x` [n, in] gets a gradient only when `inputIsTrained` (the first layer's input has none to give).
 */
function linear(
  runtime: Runtime,
  x: Tensor2D,
  weight: Tensor2D,
  bias: Tensor1D,
  activation: 'relu' | 'linear',
  inputIsTrained: boolean,
): Tensor2D {
  const { tf } = runtime
  const op = tf.customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: Tensor[]) => void
    const y = runtime.linear(x, weight, bias, activation)
    save([y, x, weight])
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [y, x, weight] = saved as [Tensor2D, Tensor2D, Tensor2D]
        const dz = (activation === 'relu' ? tf.mul(dy, tf.step(y)) : dy) as Tensor2D
        const dWeight = runtime.timesTransposedLeft(x, dz)
        const dBias = tf.sum(dz, 0)
        return inputIsTrained ? [runtime.timesTransposedRight(dz, weight), dWeight, dBias] : [dWeight, dBias]
      },
    }
  })
  return inputIsTrained ? op(x, weight, bias) : op(weight, bias)
}

/** Rows `tokens` of the embeddings, [u, width]; the tokens are distinct, so the gradient is a plain scatter. */
function lookUp(runtime: Runtime, embeddings: Tensor2D, tokens: Int32Array): Tensor2D {
  const { tf } = runtime
  const op = tf.customGrad((...args) => {
    const [embeddings, save] = args as unknown as [Tensor2D, (tensors: Tensor[]) => void]
    const indices = tf.tensor1d(tokens, 'int32')
    save([indices])
    return {
      value: tf.gather(embeddings, indices),
      gradFunc: (dy: Tensor, saved: Tensor[]) => tf.scatterND(tf.expandDims(saved[0]!, 1), dy, embeddings.shape),
    }
  })
  return op(embeddings)
}

/** Mean embedding of every text, [n, width], on the tape. */
function meanEmbeddings(runtime: Runtime, batch: TokenBatch, embeddings: Tensor2D): Tensor2D {
  const { tf } = runtime
  const { tokens, average } = averagingOf(batch)
  const rows = lookUp(runtime, embeddings, tokens)
  const noBias = tf.zeros<Rank.R1>([embeddings.shape[1]])
  return linear(runtime, tf.tensor2d(average.data, [average.rows, average.cols]), rows, noBias, 'linear', false)
}

/**
 * Logits [n, classes]. Dense features go through the layers (weight and bias of each in turn); token lists are first
 * averaged, by the embeddings that then stand first among the parameters.
 */
export function logitsOf(runtime: Runtime, batch: Batch, parameters: readonly Tensor[]): Tensor2D {
  const isDense = 'dense' in batch
  const layers = isDense ? parameters : parameters.slice(1)
  let x = isDense
    ? runtime.tf.tensor2d(batch.dense.data, [batch.n, batch.dense.cols])
    : meanEmbeddings(runtime, batch, parameters[0] as Tensor2D)
  for (let at = 0; at < layers.length; at += 2) {
    const isOutput = at + 2 === layers.length
    const [weight, bias] = [layers[at] as Tensor2D, layers[at + 1] as Tensor1D]
    x = linear(runtime, x, weight, bias, isOutput ? 'linear' : 'relu', !isDense || at > 0)
  }
  return x
}
