import type { LanguageBatch } from '../learner'
import { takeRows } from './layers'
import { joined, op } from './op'
import type { Part } from './packing'
import type { Runtime, Tensor, Tensor2D } from './runtime'

/** Logits at a time, in values: over a large vocabulary they are made for a block of rows and never kept. */
const BLOCK = 16_000_000

/** Which rows of a part predict a token, which token, and of which example of the batch; rows ascend. */
export interface Predicted {
  rows: Int32Array
  targets: Int32Array
  examples: Int32Array
}

/** The weight of a language head: [width, vocabulary], or, tied, the token embeddings [vocabulary, width]. */
export interface LanguageHead {
  weight: Tensor2D
  isTied: boolean
  isTrained: boolean
}

/** The first token of an example that is predicted: there is none before the first of all. */
const firstOf = ({ from }: LanguageBatch, example: number) => Math.max(1, from?.[example] ?? 1)

/** How many tokens of the whole batch are predicted. */
export function predictedCount(batch: LanguageBatch): number {
  let count = 0
  for (let i = 0; i < batch.n; i++) count += Math.max(0, batch.offsets[i + 1]! - batch.offsets[i]! - firstOf(batch, i))
  return count
}

export function predictedOf(batch: LanguageBatch, part: Part): Predicted {
  const rows: number[] = []
  const targets: number[] = []
  const examples: number[] = []
  for (const bucket of part.buckets)
    bucket.examples.forEach((example, i) => {
      for (let p = firstOf(batch, example); p < bucket.lengths[i]!; p++) {
        rows.push(bucket.start + i * bucket.length + p - 1)
        targets.push(batch.tokens[batch.offsets[example]! + p]!)
        examples.push(example)
      }
    })
  return { rows: Int32Array.from(rows), targets: Int32Array.from(targets), examples: Int32Array.from(examples) }
}

/** Cross-entropy of a block of rows, [rows, 1] in nats, with the probabilities [rows, vocabulary]. */
function block(runtime: Runtime, x: Tensor2D, { weight, isTied }: LanguageHead, targets: Int32Array) {
  const { tf } = runtime
  const logits = isTied ? runtime.timesTransposedRight(x, weight) : tf.matMul(x, weight)
  const [rows, vocabulary] = logits.shape as [number, number]
  const probabilities = tf.softmax(logits)
  // log Σ exp = the largest logit − the logarithm of its probability, which is at least 1 / vocabulary: no overflow.
  const total = tf.sub(tf.max(logits, 1, true), tf.log(tf.max(probabilities, 1, true)))
  const places = targets.map((target, row) => row * vocabulary + target)
  const chosen = takeRows(runtime, tf.reshape(logits, [rows * vocabulary, 1]), places)
  return { losses: tf.sub<Tensor2D>(total, chosen), probabilities }
}

/** The rows [from, from + count) of x, for as many blocks as there are. */
function blocksOf({ tf }: Runtime, x: Tensor2D, vocabulary: number): { from: number; rows: () => Tensor2D }[] {
  const [all, width] = x.shape
  const most = Math.max(16, Math.floor(BLOCK / vocabulary))
  return Array.from({ length: Math.ceil(all / most) }, (_, i) => {
    const from = i * most
    return { from, rows: () => tf.slice(x, [from, 0], [Math.min(most, all - from), width]) }
  })
}

const vocabularyOf = ({ weight, isTied }: LanguageHead) => weight.shape[isTied ? 0 : 1]

/** Log-likelihoods (nats) of the targets given hidden states x [targets, width], off the tape. */
export function logLikelihoods(runtime: Runtime, x: Tensor2D, head: LanguageHead, targets: Int32Array): Float32Array {
  const out = new Float32Array(targets.length)
  for (const { from, rows } of blocksOf(runtime, x, vocabularyOf(head))) {
    const losses = runtime.tf.tidy(() => {
      const own = rows()
      return block(runtime, own, head, targets.subarray(from, from + own.shape[0])).losses.dataSync()
    })
    losses.forEach((loss, i) => (out[from + i] = -loss))
  }
  return out
}

/** No weight gradient: none is wanted. */
type Sums = { loss: Tensor; dWeight: Tensor[] }

/**
 * `scale` times the sum of the cross-entropies of the targets given hidden states x [targets, width], as a scalar. The
 * gradients are made along with it, while a block's probabilities are there.
 */
export function languageLoss(
  runtime: Runtime,
  x: Tensor2D,
  head: LanguageHead,
  targets: Int32Array,
  scale: number,
): Tensor {
  const { tf } = runtime
  const { weight, isTied, isTrained } = head
  const work = (from: number, rows: Tensor2D) => {
    const own = targets.subarray(from, from + rows.shape[0])
    const { losses, probabilities } = block(runtime, rows, head, own)
    // Cast apart, because wasm's `oneHot` writes whole numbers whatever it is asked for.
    const chosen = tf.cast(tf.oneHot(own, vocabularyOf(head)), 'float32')
    const dLogits = tf.sub<Tensor2D>(probabilities, chosen)
    const scaled = tf.mul<Tensor2D>(rows, scale)
    const dx = isTied ? tf.matMul(dLogits, weight) : runtime.timesTransposedRight(dLogits, weight)
    const [left, right] = isTied ? [dLogits, scaled] : [scaled, dLogits]
    const dWeight = isTrained ? [runtime.timesTransposedLeft(left, right)] : []
    return { loss: tf.mul(tf.sum(losses), scale), dx: tf.mul<Tensor2D>(dx, scale), dWeight }
  }
  return op<Tensor>(
    runtime,
    isTrained ? [x, weight] : [x],
    () => {
      const slopes: Tensor2D[] = []
      let sums: Sums | null = null
      for (const { from, rows } of blocksOf(runtime, x, vocabularyOf(head))) {
        const before: Sums | null = sums
        const made: Sums & { dx: Tensor2D } = tf.tidy((): Sums & { dx: Tensor2D } => {
          const { loss, dx, dWeight } = work(from, rows())
          if (!before) return { loss, dx, dWeight }
          return {
            dx,
            loss: tf.add(before.loss, loss),
            dWeight: dWeight.map((own, i) => tf.add(before.dWeight[i]!, own)),
          }
        })
        if (before) tf.dispose([before.loss, ...before.dWeight])
        slopes.push(made.dx)
        sums = made
      }
      const { loss, dWeight } = sums!
      return { value: loss, saved: [joined(runtime, slopes, 0), ...dWeight] }
    },
    (dy, saved) => saved.map((gradient) => tf.mul(gradient, dy)),
  )
}
