import { zeros, type Matrix } from '../../../science/maths/matrix'
import { outputsOf, tensorsOf, type NetSpec } from '../../../science/models/net'
import {
  checkBatch,
  checkFeatures,
  checkLanguage,
  checkNet,
  checkPrompts,
  checkSlopes,
  checkUpdate,
  expectGradients,
} from '../checks'
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
  OptimiserState,
  TokenBatch,
  Weights,
} from '../learner'
import { createSequence } from '../sequence'
import { Dense } from './dense'
import { generate } from './generate'
import { languageLoss, logLikelihoods, predictedCount, predictedOf } from './language'
import type { Network, Piece } from './network'
import { Parameters } from './parameters'
import type { Runtime, Tensor, Tensor1D, Tensor2D } from './runtime'
import { Transformer } from './transformer'

/** Settings of this learner itself; none changes a result by more than rounding. */
export interface TfOptions extends LearnerOptions {
  /** Whether the last block of a transformer computes only what the head reads (default true). */
  shortcut?: boolean
}

/** The one learner over TensorFlow.js: no layers, no variables, no optimiser of its library; all state is here. */
export class TfLearner implements Learner {
  readonly #runtime: Runtime
  readonly #parameters: Parameters
  readonly #network: Network
  #gradients: Tensor1D[] | null = null
  /** A batch is padded to its longest example, and each operation costs a call: not too few at a time. */
  readonly pieces = { work: 2e9, tokens: 0, examples: 32 }
  readonly #inTurn = createSequence()
  /** Most bytes that a training pass kept for its backward. */
  #activations = 0

  /** @throws Error when there is no such net, or the weights do not fit, see `weightsOf` */
  constructor(
    runtime: Runtime,
    readonly net: NetSpec,
    init: Init,
    options: TfOptions = {},
  ) {
    checkNet(net, options)
    const weights = weightsOf(net, init)
    runtime.activate()
    this.#runtime = runtime
    this.#parameters = new Parameters(runtime, tensorsOf(net, options.trainBlocks))
    this.#parameters.take(weights)
    const activationBytes = Math.min(runtime.activationBytes, options.activationBytes ?? Infinity)
    this.#network =
      net.kind === 'transformer'
        ? new Transformer(runtime, net, this.#parameters, { shortcut: true, ...options, activationBytes })
        : new Dense(runtime, net, this.#parameters, options.trainBlocks)
  }

  forward(batch: Batch): Promise<Matrix> {
    return this.#run(() => {
      checkBatch(this.net, batch)
      return this.#forward(batch)
    })
  }

  gradients(batch: Batch, dLogits: (logits: Matrix) => Matrix): Promise<Matrix> {
    return this.#run(async () => {
      checkBatch(this.net, batch)
      this.#dropGradients()
      const pieces = this.#network.split(batch, 'training')
      const isWhole = pieces.length === 1
      // In one piece, the loss is asked in the middle of the pass; else the logits of all are made first.
      const logits = isWhole ? zeros(batch.n, outputsOf(this.net)) : await this.#forward(batch)
      const ask = () => {
        const slopes = dLogits(logits)
        checkSlopes(this.net, batch, slopes)
        return slopes
      }
      const slopes = isWhole ? null : ask()
      await this.#accumulate(pieces, (piece) => {
        const rest = this.#network.open(batch, piece)
        const slopesOf = (z: Float32Array) => {
          if (!slopes) putRows(logits, piece.examples, z)
          return takeRows(slopes ?? ask(), piece.examples)
        }
        return () => this.#seeded(rest(), slopesOf)
      })
      return logits
    })
  }

  step(update: AdamWStep): Promise<void> {
    return this.#run(() => {
      checkUpdate(update)
      this.#parameters.step(this.#currentGradients('step'), update)
      this.#dropGradients()
    })
  }

  lmStep(batch: LanguageBatch): Promise<number> {
    return this.#run(async () => {
      const model = this.#language('lmStep', batch)
      this.#dropGradients()
      const total = predictedCount(batch)
      const parts = total > 0 ? model.split(batch, 'training') : []
      const predicted = parts.map((part) => ({ part, ...predictedOf(batch, part) }))
      let loss = 0
      await this.#accumulate(
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
    return this.#run(async (tf) => {
      const model = this.#language('score', batch)
      const sums = new Float64Array(batch.n)
      await this.#each(model.split(batch, 'prediction'), (part) => {
        const { rows, targets, examples } = predictedOf(batch, part)
        if (targets.length === 0) return
        tf.tidy(() => {
          const states = model.openRows(batch, part, rows)()
          const likelihoods = logLikelihoods(this.#runtime, states, model.languageHead, targets)
          likelihoods.forEach((value, i) => (sums[examples[i]!]! += value))
        })
      })
      return Float32Array.from(sums)
    })
  }

  features(batch: TokenBatch, layer: number): Promise<Matrix> {
    return this.#run(async () => {
      checkFeatures(this.net, batch, layer)
      const model = this.#network as Transformer
      const out = zeros(batch.n, this.net.width)
      await this.#each(model.split(batch, 'prediction'), (part) =>
        this.#read(out, part, () => model.features(batch, part, layer)),
      )
      return out
    })
  }

  generate(batch: TokenBatch, options: { most: number; stop?: number }): Promise<Int32Array[]> {
    return this.#run(async () => {
      checkPrompts(this.net, batch, options.most)
      const model = this.#network as Transformer
      const out: Int32Array[] = []
      for (const part of model.split(batch, 'generation')) {
        const made = await generate(model, batch, part, { ...options, pause: () => this.#pause() })
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
    return this.#run(() => {
      const all = weightsOf(this.net, { weights })
      this.#dropGradients()
      this.#parameters.take(all)
    })
  }

  saveOptimiser(): Promise<OptimiserState> {
    return this.#run(() => this.#parameters.saveOptimiser())
  }

  restoreOptimiser(state: OptimiserState): Promise<void> {
    return this.#run(() => this.#parameters.restoreOptimiser(state))
  }

  dispose(): void {
    this.#runtime.activate()
    this.#dropGradients()
    this.#parameters.dispose()
  }

  /** One call after another, each on the learner's own runtime. */
  #run<T>(work: (tf: Runtime['tf']) => T | Promise<T>): Promise<T> {
    return this.#inTurn(() => {
      this.#runtime.activate()
      return work(this.#runtime.tf)
    })
  }

  /** Kernels block the event loop: it gets a turn between the pieces of a call. Others may use their runtime in it. */
  async #pause(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#runtime.activate()
  }

  async #each<P>(pieces: readonly P[], work: (piece: P) => void): Promise<void> {
    for (const [i, piece] of pieces.entries()) {
      if (i > 0) await this.#pause()
      work(piece)
    }
  }

  /** @throws Error when the net is no language model, or the batch does not fit it */
  #language(call: string, batch: LanguageBatch): Transformer {
    checkLanguage(this.net, call, batch)
    return this.#network as Transformer
  }

  #dropGradients(): void {
    this.#runtime.tf.dispose(this.#gradients ?? [])
    this.#gradients = null
  }

  #currentGradients(call: string): Tensor1D[] {
    expectGradients(this.#gradients !== null, call)
    return this.#gradients!
  }

  async #forward(batch: Batch): Promise<Matrix> {
    const out = zeros(batch.n, outputsOf(this.net))
    await this.#each(this.#network.split(batch, 'prediction'), (piece) =>
      this.#read(out, piece, () => this.#network.open(batch, piece)()),
    )
    return out
  }

  /** Makes rows of a piece and puts their values where they belong. */
  #read(out: Matrix, { examples }: Piece, make: () => Tensor2D): void {
    putRows(
      out,
      examples,
      this.#runtime.tf.tidy(() => make().dataSync<'float32'>()),
    )
  }

  /** Makes, where there are none, the gradients of the sum of scalars, one a piece; `open`: what the tape need not see. */
  async #accumulate<P>(pieces: readonly P[], open: (piece: P) => () => Tensor): Promise<void> {
    const { tf } = this.#runtime
    await this.#each(pieces, (piece) => {
      const before = this.#gradients
      this.#gradients = null
      try {
        this.#gradients = tf.tidy(() => {
          const own = this.#parameters.join(this.#derive(open(piece)))
          return before ? own.map((gradient, i) => tf.add(before[i]!, gradient)) : own
        })
      } finally {
        tf.dispose(before ?? [])
      }
    })
    this.#gradients ??= tf.tidy(() => this.#parameters.join([]))
    this.#parameters.beginTraining()
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
    // With nothing to train it is run all the same, for what it says and for the loss that is asked in it.
    if (trained.length === 0) guarded()
    const gradients = trained.length > 0 ? tf.engine().gradients(guarded, trained, undefined, true).grads : []
    if (failure) throw failure.error
    return gradients
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
