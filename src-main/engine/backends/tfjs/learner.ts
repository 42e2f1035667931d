import type { Rank } from '@tensorflow/tfjs'
import { zeros, type Matrix } from '../../../science/matrix'
import type { NetSpec } from '../../../science/models/model'
import { checkBatch, poolEmbeddings, sliceExamples } from '../batches'
import { checkWeights, sizeOf, tensorsOf, type TensorSpec } from '../layout'
import type { AdamWStep, Batch, Learner, Weights } from '../learner'
import { createAdamW, type AdamW } from './adamw'
import { logitsOf } from './net'
import type { Runtime, Tensor, Tensor1D, Tensor2D } from './runtime'

/** Examples of a forward pass at a time: bounds its memory. */
const CHUNK = 4096

/** The one learner over TensorFlow.js: no layers, no variables, no optimiser of its library; all state is here. */
export class TfLearner implements Learner {
  readonly #runtime: Runtime
  /**
   * The trained tensors by the flat vector that holds them: the large embeddings are one of their own, all others share
   * one. So an update is few kernels, and nothing large is cut or joined in it.
   */
  readonly #groups: TensorSpec[][]
  #flats: Tensor1D[] = []
  /** The trained tensors in their own shapes. */
  #parameters: Tensor[] = []
  #gradients: Tensor1D[] | null = null
  /** Embeddings [vocabulary · width] as numbers: always there when they are frozen, else fetched when needed. */
  #embeddings: Float32Array | null = null
  readonly #optimiser: AdamW

  /** Takes the weights as they are: see `checkWeights`. */
  constructor(
    runtime: Runtime,
    readonly net: NetSpec,
    weights: Weights,
  ) {
    checkWeights(net, weights)
    runtime.activate()
    this.#runtime = runtime
    const trained = tensorsOf(net).filter((t) => t.trained)
    const [large, small] = [trained.filter(isEmbeddings), trained.filter((t) => !isEmbeddings(t))]
    this.#groups = [large, small].filter((group) => group.length > 0)
    this.#take(weights)
    this.#optimiser = createAdamW(
      runtime,
      this.#flats.map((f) => f.size),
    )
  }

  forward(batch: Batch): Promise<Matrix> {
    return this.#run((tf) => {
      checkBatch(this.net, batch)
      const out = zeros(batch.n, this.net.classes)
      const layers = this.#parameters.slice(this.#tunes() ? 1 : 0)
      for (let start = 0; start < batch.n; start += CHUNK) {
        const input = this.#pooled(sliceExamples(batch, start, Math.min(batch.n, start + CHUNK)))
        const logits = tf.tidy(() => logitsOf(this.#runtime, input, layers).dataSync())
        out.data.set(logits, start * out.cols)
      }
      return out
    })
  }

  gradients(batch: Batch, dLogits: (logits: Matrix) => Matrix): Promise<Matrix> {
    return this.#run((tf) => {
      checkBatch(this.net, batch)
      const input = this.#tunes() ? batch : this.#pooled(batch)
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
      const gradientOf = tf.grads((...parameters: Tensor[]) => head(logitsOf(this.#runtime, input, parameters)))
      const gradients = tf.tidy(() => this.#joined(gradientOf(this.#parameters)))
      if (failure) {
        tf.dispose(gradients)
        throw failure.error
      }
      tf.dispose(this.#gradients ?? [])
      this.#gradients = gradients
      return logits
    })
  }

  step(update: AdamWStep): Promise<void> {
    return this.#run((tf) => {
      const gradients = this.#currentGradients('step')
      this.#replace(tf.tidy(() => this.#optimiser.update(this.#flats, gradients, update)))
      this.#gradients = null
      tf.dispose(gradients)
    })
  }

  readGradients(): Promise<Weights> {
    return this.#run(() => this.#download(this.#currentGradients('readGradients')))
  }

  save(): Promise<Weights> {
    return this.#run(() => {
      const trained = this.#download(this.#flats)
      if (!this.#embeddings || this.#tunes()) return trained
      const { name, shape } = tensorsOf(this.net).find(isEmbeddings)!
      return [{ name, shape, data: this.#embeddings.slice() }, ...trained]
    })
  }

  load(weights: Weights): Promise<void> {
    return this.#run(() => {
      checkWeights(this.net, weights)
      this.#take(weights)
    })
  }

  dispose(): void {
    this.#runtime.activate()
    this.#runtime.tf.dispose([this.#flats, this.#parameters, this.#gradients ?? []])
    this.#optimiser.dispose()
  }

  /** The calls are synchronous inside; as promises they keep the seam open for backends that are not. */
  #run<T>(work: (tf: Runtime['tf']) => T): Promise<T> {
    return new Promise((resolve) => {
      this.#runtime.activate()
      resolve(work(this.#runtime.tf))
    })
  }

  #tunes(): boolean {
    return this.net.kind === 'bag' && this.net.tuneEmbeddings
  }

  #currentGradients(asker: string): Tensor1D[] {
    if (!this.#gradients) throw new Error(`${asker}: expected gradients first, got none`)
    return this.#gradients
  }

  /** Token lists become the means of their embeddings; dense features stay as they are. */
  #pooled(batch: Batch): Batch {
    if (this.net.kind !== 'bag' || 'dense' in batch) return batch
    this.#embeddings ??= this.#parameters[0]!.dataSync<'float32'>()
    return { n: batch.n, dense: poolEmbeddings(batch, this.#embeddings, this.net.width) }
  }

  /** Makes these weights the learner's own. */
  #take(weights: Weights): void {
    const dataOf = ({ name }: TensorSpec) => weights.find((t) => t.name === name)!.data
    const flats = this.#groups.map((group) => {
      const flat = new Float32Array(group.reduce((sum, t) => sum + sizeOf(t), 0))
      let at = 0
      for (const spec of group) {
        flat.set(dataOf(spec), at)
        at += sizeOf(spec)
      }
      return this.#runtime.tf.tensor1d(flat)
    })
    this.#replace(flats)
    const frozen = tensorsOf(this.net).find((t) => !t.trained)
    if (frozen) this.#embeddings = dataOf(frozen).slice()
  }

  #replace(flats: Tensor1D[]): void {
    const { tf } = this.#runtime
    tf.dispose([this.#flats, this.#parameters])
    this.#flats = flats
    this.#parameters = tf.tidy(() =>
      this.#pieces(flats).map(({ flat, from, spec, alone }) =>
        tf.reshape(alone ? flat : tf.slice(flat, from, sizeOf(spec)), spec.shape),
      ),
    )
    if (this.#tunes()) this.#embeddings = null
  }

  /** Tensors of the learner's shapes as the flat vectors of its groups. */
  #joined(tensors: Tensor[]): Tensor1D[] {
    const { tf } = this.#runtime
    const rest = tensors.map((t) => tf.reshape<Rank.R1>(t, [t.size]))
    return this.#groups.map((group) => {
      const own = rest.splice(0, group.length)
      return own.length === 1 ? own[0]! : tf.concat1d(own)
    })
  }

  #download(flats: Tensor1D[]): Weights {
    const values = new Map(flats.map((flat) => [flat, flat.dataSync<'float32'>()]))
    return this.#pieces(flats).map(({ flat, from, spec: { name, shape } }) => {
      return { name, shape, data: values.get(flat)!.slice(from, from + sizeOf({ shape })) }
    })
  }

  /** Where every trained tensor lies: in which flat vector, from which value on, whether it is all there is of it. */
  #pieces(flats: Tensor1D[]): { flat: Tensor1D; from: number; spec: TensorSpec; alone: boolean }[] {
    return this.#groups.flatMap((group, i) => {
      let at = 0
      return group.map((spec) => {
        const from = at
        at += sizeOf(spec)
        return { flat: flats[i]!, from, spec, alone: group.length === 1 }
      })
    })
  }
}

const isEmbeddings = (spec: TensorSpec) => spec.name === 'embeddings'
