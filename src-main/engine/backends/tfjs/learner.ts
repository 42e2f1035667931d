import { zeros, type Matrix } from '../../../science/matrix'
import type { NetSpec } from '../../../science/models/model'
import { checkBatch, poolEmbeddings, sliceExamples } from '../batches'
import { checkWeights, sizeOf, tensorsOf } from '../layout'
import type { AdamWStep, Batch, Learner, Weights } from '../learner'
import { createAdamW } from './adamw'
import { logitsOf } from './net'
import type { Runtime, Tensor, Tensor1D, Tensor2D } from './runtime'

/** Examples of a forward pass at a time: bounds memory, and with token lists the size of the averaging matrix. */
const CHUNK = { dense: 4096, tokens: 256 }

/** The one learner over TensorFlow.js: no layers, no variables, no optimiser of its library; all state is here. */
export class TfLearner implements Learner {
  readonly #runtime: Runtime
  readonly #trained: { name: string; shape: number[] }[]
  /** Embeddings that are not trained; the pooled features of a batch are made from them before it gets to the device. */
  #frozen: Float32Array | null = null
  /** All trained tensors one after the other, and each of them in its own shape. */
  #flat: Tensor1D
  #parameters: Tensor[]
  #gradient: Tensor1D | null = null
  readonly #optimiser

  /** Takes the weights as they are: see `checkWeights`. */
  constructor(
    runtime: Runtime,
    readonly net: NetSpec,
    weights: Weights,
  ) {
    checkWeights(net, weights)
    runtime.activate()
    this.#runtime = runtime
    this.#trained = tensorsOf(net).filter((t) => t.trained)
    this.#flat = this.#upload(weights)
    this.#parameters = this.#cut(this.#flat)
    this.#optimiser = createAdamW(runtime, this.#flat.size)
  }

  forward(batch: Batch): Promise<Matrix> {
    return this.#run((tf) => {
      checkBatch(this.net, batch)
      const chunk = 'dense' in batch ? CHUNK.dense : CHUNK.tokens
      const out = zeros(batch.n, this.net.classes)
      for (let start = 0; start < batch.n; start += chunk) {
        const input = this.#pooled(sliceExamples(batch, start, Math.min(batch.n, start + chunk)))
        const logits = tf.tidy(() => logitsOf(this.#runtime, this.net, input, this.#parameters).dataSync())
        out.data.set(logits, start * out.cols)
      }
      return out
    })
  }

  gradients(batch: Batch, dLogits: (logits: Matrix) => Matrix): Promise<Matrix> {
    return this.#run((tf) => {
      checkBatch(this.net, batch)
      const input = this.#pooled(batch)
      let logits = zeros(0, this.net.classes)
      let failure: { error: unknown } | undefined
      // A scalar of no value of its own whose gradient is the loss' dLogits: so the loss stays plain TypeScript.
      const head = tf.customGrad((...args) => {
        const [z, save] = args as unknown as [Tensor2D, (tensors: Tensor[]) => void]
        logits = { rows: batch.n, cols: this.net.classes, data: z.dataSync<'float32'>() }
        let slope = logits.data
        try {
          slope = dLogits(logits).data
        } catch (error) {
          // Thrown later: TensorFlow.js would never give back what a pass that ends here has kept for its gradient.
          failure = { error }
        }
        save([tf.tensor2d(slope, z.shape)])
        return { value: tf.scalar(0), gradFunc: (_: Tensor, saved: Tensor[]) => saved[0]! }
      })
      const gradientOf = tf.grads((...parameters: Tensor[]) =>
        head(logitsOf(this.#runtime, this.net, input, parameters)),
      )
      const gradient = tf.tidy(() => tf.concat1d(gradientOf(this.#parameters).map((g) => tf.reshape(g, [g.size]))))
      if (failure) {
        gradient.dispose()
        throw failure.error
      }
      this.#gradient?.dispose()
      this.#gradient = gradient
      return logits
    })
  }

  step(update: AdamWStep): Promise<void> {
    return this.#run((tf) => {
      if (!this.#gradient) throw new Error('step: expected gradients first, got none')
      const gradient = this.#gradient
      this.#replace(tf.tidy(() => this.#optimiser.update(this.#flat, gradient, update)))
      this.#gradient = null
      gradient.dispose()
    })
  }

  readGradients(): Promise<Weights> {
    return this.#run(() => {
      if (!this.#gradient) throw new Error('readGradients: expected gradients first, got none')
      return this.#download(this.#gradient)
    })
  }

  save(): Promise<Weights> {
    return this.#run(() => {
      const trained = this.#download(this.#flat)
      if (!this.#frozen) return trained
      const [embeddings] = tensorsOf(this.net)
      return [{ name: embeddings!.name, shape: embeddings!.shape, data: this.#frozen.slice() }, ...trained]
    })
  }

  load(weights: Weights): Promise<void> {
    return this.#run(() => {
      checkWeights(this.net, weights)
      this.#replace(this.#upload(weights))
    })
  }

  dispose(): void {
    this.#runtime.activate()
    this.#runtime.tf.dispose([this.#flat, ...this.#parameters])
    this.#gradient?.dispose()
    this.#optimiser.dispose()
  }

  /** The calls are synchronous inside; as promises they keep the seam open for backends that are not. */
  #run<T>(work: (tf: Runtime['tf']) => T): Promise<T> {
    return new Promise((resolve) => {
      this.#runtime.activate()
      resolve(work(this.#runtime.tf))
    })
  }

  /** Token lists over frozen embeddings become dense features; everything else stays as it is. */
  #pooled(batch: Batch): Batch {
    if (!this.#frozen || this.net.kind !== 'bag' || 'dense' in batch) return batch
    return { n: batch.n, dense: poolEmbeddings(batch, this.#frozen, this.net.width) }
  }

  #upload(weights: Weights): Tensor1D {
    const specs = tensorsOf(this.net)
    const flat = new Float32Array(this.#trained.reduce((sum, t) => sum + sizeOf(t), 0))
    let at = 0
    this.#frozen = null
    for (const [i, tensor] of weights.entries()) {
      if (specs[i]!.trained) {
        flat.set(tensor.data, at)
        at += tensor.data.length
      } else this.#frozen = tensor.data.slice()
    }
    return this.#runtime.tf.tensor1d(flat)
  }

  #download(flat: Tensor1D): Weights {
    const values = flat.dataSync<'float32'>()
    let at = 0
    return this.#trained.map(({ name, shape }) => {
      const start = at
      at += sizeOf({ shape })
      return { name, shape, data: values.slice(start, at) }
    })
  }

  #cut(flat: Tensor1D): Tensor[] {
    const { tf } = this.#runtime
    let at = 0
    return this.#trained.map(({ shape }) => {
      const start = at
      at += sizeOf({ shape })
      return tf.tidy(() => tf.reshape(tf.slice(flat, start, at - start), shape))
    })
  }

  #replace(flat: Tensor1D): void {
    this.#runtime.tf.dispose([this.#flat, ...this.#parameters])
    this.#flat = flat
    this.#parameters = this.#cut(flat)
  }
}
