import type { Rank } from '@tensorflow/tfjs'
import { zeros, type Matrix } from '../../../science/matrix'
import { sizeOf, tensorsOf, type NetSpec, type TensorSpec, type TransformerSpec } from '../../../science/models/net'
import { checkBatch, expectTransformer, poolEmbeddings, sliceExamples } from '../batches'
import { valuesOf, weightsOf } from '../layout'
import type { AdamWStep, Batch, GivenTensor, Init, Learner, LearnerOptions, MemoryReport, Weights } from '../learner'
import { createAdamW, type AdamW } from './adamw'
import { logitsOf } from './net'
import type { Runtime, Tensor, Tensor1D, Tensor2D } from './runtime'

/** Examples of a forward pass at a time: bounds its memory. */
const CHUNK = 4096

type DenseNet = Exclude<NetSpec, TransformerSpec>

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
  #optimiser: AdamW | null = null
  /** Most bytes that a training pass had beyond what lasts. */
  #activations = 0
  readonly net: DenseNet

  /** @throws Error when the weights do not fit, see `weightsOf`, or for what this learner cannot do yet */
  constructor(runtime: Runtime, net: NetSpec, init: Init, options: LearnerOptions = {}) {
    if (net.kind === 'transformer') throw new Error('Transformers do not run on TensorFlow.js yet, only on `cpu`.')
    if (options.trainBlocks !== undefined)
      throw new Error('Layers cannot be frozen on TensorFlow.js yet, only on `cpu`.')
    const weights = weightsOf(net, init)
    runtime.activate()
    this.#runtime = runtime
    this.net = net
    const trained = tensorsOf(net).filter((t) => t.trained)
    const [large, small] = [trained.filter(isEmbeddings), trained.filter((t) => !isEmbeddings(t))]
    this.#groups = [large, small].filter((group) => group.length > 0)
    this.#take(weights)
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
      const lasting = tf.memory().numBytes
      const input = this.#tunes() ? batch : this.#pooled(batch)
      let logits = zeros(0, this.net.classes)
      let failure: { error: unknown } | undefined
      // A scalar of no value of its own whose gradient is the loss' dLogits: so the loss stays plain TypeScript.
      const head = tf.customGrad((...args) => {
        const [z, save] = args as unknown as [Tensor2D, (tensors: Tensor[]) => void]
        logits = { rows: batch.n, cols: this.net.classes, data: z.dataSync<'float32'>() }
        this.#activations = Math.max(this.#activations, tf.memory().numBytes - lasting)
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
      this.#replace(tf.tidy(() => this.#optimiser!.update(this.#flats, gradients, update)))
      this.#gradients = null
      tf.dispose(gradients)
    })
  }

  lmStep(): Promise<number> {
    return this.#refuse('lmStep')
  }

  score(): Promise<Float32Array> {
    return this.#refuse('score')
  }

  features(): Promise<Matrix> {
    return this.#refuse('features')
  }

  generate(): Promise<Int32Array[]> {
    return this.#refuse('generate')
  }

  memory(): Promise<MemoryReport> {
    return this.#run(() => {
      const embeddings = this.#embeddings?.byteLength ?? 0
      const trained = this.#flats.reduce((sum, flat) => sum + 4 * flat.size, 0)
      const shared = this.#flats.filter((_, i) => this.#groups[i]!.length > 1)
      const copies = shared.reduce((sum, flat) => sum + 4 * flat.size, 0)
      return {
        weights: trained + (this.#tunes() ? 0 : embeddings),
        mirrors: copies + (this.#tunes() ? embeddings : 0),
        gradients: this.#gradients ? trained : 0,
        moments: 2 * trained,
        activations: this.#activations,
      }
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

  load(weights: GivenTensor[]): Promise<void> {
    return this.#run(() => this.#take(weightsOf(this.net, { weights })))
  }

  dispose(): void {
    this.#runtime.activate()
    this.#runtime.tf.dispose([this.#flats, this.#parameters, this.#gradients ?? []])
    this.#optimiser?.dispose()
  }

  /** The calls are synchronous inside; as promises they keep the seam open for backends that are not. */
  #run<T>(work: (tf: Runtime['tf']) => T): Promise<T> {
    return new Promise((resolve) => {
      this.#runtime.activate()
      resolve(work(this.#runtime.tf))
    })
  }

  /** Calls that need a transformer. */
  #refuse(call: string): Promise<never> {
    return this.#run(() => {
      expectTransformer(this.net, call)
      throw new Error(`${call}: not on TensorFlow.js yet`)
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

  /** Makes these weights the learner's own, with an optimiser that starts anew. */
  #take(weights: GivenTensor[]): void {
    const dataOf = ({ name }: TensorSpec) => valuesOf(weights.find((t) => t.name === name)!)
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
    this.#optimiser?.dispose()
    this.#optimiser = createAdamW(
      this.#runtime,
      flats.map((flat) => flat.size),
    )
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
