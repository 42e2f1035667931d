import { zeros, type Matrix } from '../../../science/matrix'
import { outputsOf, tensorsOf, type NetSpec } from '../../../science/models/net'
import { checkBatch, checkLanguage, expectTransformer } from '../batches'
import { weightsOf } from '../layout'
import type {
  AdamWStep,
  Batch,
  GivenTensor,
  Init,
  LanguageBatch,
  Learner,
  LearnerOptions,
  MemoryReport,
  TokenBatch,
  Weights,
} from '../learner'
import { Dense } from './dense'
import { generate } from './generate'
import { languageLoss, logLikelihoods, predictedCount, predictedOf } from './language'
import type { Network } from './network'
import { Parameters } from './parameters'
import type { Runtime, Tensor, Tensor1D, Tensor2D } from './runtime'
import { Transformer } from './transformer'

/** Settings of this learner itself; none changes a result by more than rounding. */
export interface TfOptions extends LearnerOptions {
  /** What a training pass may keep for its backward, in bytes; a batch that needs more goes in pieces. */
  activationBytes?: number
  /** Whether the last block of a transformer computes only what the head reads (default true). */
  shortcut?: boolean
}

/** On a processor, and on a GPU, whose memory is larger and which wants large pieces. */
const ACTIVATION_BYTES = { cpu: 1e9, gpu: 8e9 }

/** The one learner over TensorFlow.js: no layers, no variables, no optimiser of its library; all state is here. */
export class TfLearner implements Learner {
  readonly #runtime: Runtime
  readonly #parameters: Parameters
  readonly #network: Network
  #gradients: Tensor1D[] | null = null
  /** Most bytes that a training pass kept for its backward. */
  #activations = 0

  /** @throws Error when the weights do not fit, see `weightsOf` */
  constructor(
    runtime: Runtime,
    readonly net: NetSpec,
    init: Init,
    options: TfOptions = {},
  ) {
    const weights = weightsOf(net, init)
    runtime.activate()
    this.#runtime = runtime
    this.#parameters = new Parameters(runtime, tensorsOf(net, options.trainBlocks))
    this.#parameters.take(weights)
    const activationBytes = ACTIVATION_BYTES[runtime.gpu ? 'gpu' : 'cpu']
    this.#network =
      net.kind === 'transformer'
        ? new Transformer(runtime, net, this.#parameters, { activationBytes, shortcut: true, ...options })
        : new Dense(runtime, net, this.#parameters, options.trainBlocks)
  }

  forward(batch: Batch): Promise<Matrix> {
    return this.#run(() => {
      checkBatch(this.net, batch)
      return this.#forward(batch)
    })
  }

  gradients(batch: Batch, dLogits: (logits: Matrix) => Matrix): Promise<Matrix> {
    return this.#run(() => {
      checkBatch(this.net, batch)
      const pieces = this.#network.split(batch, 'training')
      let logits = zeros(batch.n, outputsOf(this.net))
      let slopes: Matrix | null = null
      // In one piece, the loss is asked in the middle of the pass; else the logits of all are made first.
      if (pieces.length !== 1) {
        logits = this.#forward(batch)
        slopes = dLogits(logits)
      }
      this.#accumulate(pieces, (piece) => {
        const rest = this.#network.open(batch, piece)
        return () =>
          this.#seeded(rest(), (z) => {
            if (!slopes) {
              putRows(logits, piece.examples, z)
              slopes = dLogits(logits)
            }
            return takeRows(slopes, piece.examples)
          })
      })
      return logits
    })
  }

  step(update: AdamWStep): Promise<void> {
    return this.#run((tf) => {
      const gradients = this.#currentGradients('step')
      this.#parameters.step(gradients, update)
      this.#gradients = null
      tf.dispose(gradients)
    })
  }

  lmStep(batch: LanguageBatch): Promise<number> {
    return this.#run(() => {
      const model = this.#language('lmStep', batch)
      const total = predictedCount(batch)
      let loss = 0
      const parts = total > 0 ? model.split(batch, 'training') : []
      const predicted = parts.map((part) => ({ part, ...predictedOf(batch, part) }))
      this.#accumulate(
        predicted.filter(({ targets }) => targets.length > 0),
        ({ part, rows, targets }) => {
          const rest = model.openRows(batch, part, rows)
          return () => {
            const value = languageLoss(this.#runtime, rest(), model.languageHead, targets, 1 / total)
            loss += value.dataSync()[0]!
            return value
          }
        },
      )
      return loss
    })
  }

  score(batch: LanguageBatch): Promise<Float32Array> {
    return this.#run((tf) => {
      const model = this.#language('score', batch)
      const sums = new Float64Array(batch.n)
      for (const part of model.split(batch, 'prediction')) {
        const { rows, targets, examples } = predictedOf(batch, part)
        if (targets.length === 0) continue
        tf.tidy(() => {
          const states = model.openRows(batch, part, rows)()
          const likelihoods = logLikelihoods(this.#runtime, states, model.languageHead, targets)
          likelihoods.forEach((value, i) => (sums[examples[i]!]! += value))
        })
      }
      return Float32Array.from(sums)
    })
  }

  features(batch: TokenBatch, layer: number): Promise<Matrix> {
    return this.#run((tf) => {
      const { net } = this
      expectTransformer(net, 'features')
      checkBatch(net, batch)
      if (!Number.isInteger(layer) || layer < 0 || layer > net.layers)
        throw new Error(`features: expected a layer from 0 to ${net.layers}, got ${layer}`)
      const model = this.#network as Transformer
      const out = zeros(batch.n, net.width)
      for (const part of model.split(batch, 'prediction'))
        putRows(
          out,
          part.examples,
          tf.tidy(() => model.features(batch, part, layer).dataSync<'float32'>()),
        )
      return out
    })
  }

  generate(batch: TokenBatch, options: { most: number; stop?: number }): Promise<Int32Array[]> {
    return this.#run(() => {
      const model = this.#language('generate', batch)
      for (let i = 0; i < batch.n; i++)
        if (batch.offsets[i] === batch.offsets[i + 1])
          throw new Error(`generate: expected at least one token, got none in example ${i}`)
      const out: Int32Array[] = []
      for (const part of model.split(batch, 'generation')) {
        const made = generate(model, batch, part, options)
        part.examples.forEach((example, i) => (out[example] = Int32Array.from(made[i]!)))
      }
      return out
    })
  }

  memory(): Promise<MemoryReport> {
    return this.#run(() => {
      const { gradients, ...lasting } = this.#parameters.memory()
      return { ...lasting, gradients: this.#gradients ? gradients : 0, activations: this.#activations }
    })
  }

  readGradients(): Promise<Weights> {
    return this.#run(() => this.#parameters.read(this.#currentGradients('readGradients')))
  }

  save(): Promise<Weights> {
    return this.#run(() => this.#parameters.save())
  }

  load(weights: GivenTensor[]): Promise<void> {
    return this.#run(() => this.#parameters.take(weightsOf(this.net, { weights })))
  }

  dispose(): void {
    this.#runtime.activate()
    this.#runtime.tf.dispose(this.#gradients ?? [])
    this.#parameters.dispose()
  }

  /** The calls are synchronous inside; as promises they keep the seam open for backends that are not. */
  #run<T>(work: (tf: Runtime['tf']) => T): Promise<T> {
    return new Promise((resolve) => {
      this.#runtime.activate()
      resolve(work(this.#runtime.tf))
    })
  }

  /** @throws Error when the net is no language model, or the batch does not fit it */
  #language(call: string, batch: LanguageBatch): Transformer {
    checkLanguage(this.net, call, batch)
    return this.#network as Transformer
  }

  #currentGradients(call: string): Tensor1D[] {
    if (!this.#gradients) throw new Error(`${call}: expected gradients first`)
    return this.#gradients
  }

  #forward(batch: Batch): Matrix {
    const out = zeros(batch.n, outputsOf(this.net))
    for (const piece of this.#network.split(batch, 'prediction'))
      putRows(
        out,
        piece.examples,
        this.#runtime.tf.tidy(() => this.#network.open(batch, piece)().dataSync<'float32'>()),
      )
    return out
  }

  /** Makes the gradients of the sum of scalars, one a piece; `open` makes ready what the tape need not see. */
  #accumulate<P>(pieces: readonly P[], open: (piece: P) => () => Tensor): void {
    const { tf } = this.#runtime
    tf.dispose(this.#gradients ?? [])
    this.#gradients = null
    for (const piece of pieces) {
      const before: Tensor1D[] | null = this.#gradients
      this.#gradients = null
      try {
        this.#gradients = tf.tidy(() => {
          const own = this.#parameters.join(this.#derive(open(piece)))
          return before ? own.map((gradient, i) => tf.add(before[i]!, gradient)) : own
        })
      } finally {
        tf.dispose(before ?? [])
      }
    }
    this.#gradients ??= tf.tidy(() => this.#parameters.join([]))
  }

  /** Gradients of a scalar with respect to what is trained, undefined where there is none. */
  #derive(scalar: () => Tensor): (Tensor | undefined)[] {
    const { tf } = this.#runtime
    const trained = this.#parameters.trained
    const lasting = tf.memory().numBytes
    let failure: { error: unknown } | undefined
    const guarded = () => {
      try {
        const value = scalar()
        this.#activations = Math.max(this.#activations, tf.memory().numBytes - lasting)
        return value
      } catch (error) {
        // Thrown later: TensorFlow.js would never give back what a pass that ends here has kept for its gradient.
        failure = { error }
        return tf.scalar(0)
      }
    }
    const gradients = trained.length > 0 ? tf.engine().gradients(guarded, trained, undefined, true).grads : []
    if (failure) throw failure.error
    return gradients as (Tensor | undefined)[]
  }

  /** A scalar of no value of its own whose gradient is what the loss says: so the loss stays plain TypeScript. */
  #seeded(z: Tensor2D, slopesOf: (logits: Float32Array) => Float32Array): Tensor {
    const { tf } = this.#runtime
    return tf.customGrad((...args) => {
      const [z, save] = args as unknown as [Tensor2D, (tensors: Tensor[]) => void]
      save([tf.tensor2d(slopesOf(z.dataSync<'float32'>()), z.shape)])
      return { value: tf.scalar(0), gradFunc: (_: Tensor, saved: Tensor[]) => saved[0]! }
    })(z)
  }
}

/** Puts rows of values where they belong. */
function putRows(matrix: Matrix, rows: readonly number[], values: Float32Array): void {
  rows.forEach((row, i) => matrix.data.set(values.subarray(i * matrix.cols, (i + 1) * matrix.cols), row * matrix.cols))
}

function takeRows({ data, cols }: Matrix, rows: readonly number[]): Float32Array {
  const out = new Float32Array(rows.length * cols)
  rows.forEach((row, i) => out.set(data.subarray(row * cols, (row + 1) * cols), i * cols))
  return out
}
