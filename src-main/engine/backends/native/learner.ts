import type { NativeAddon, NativeBatch, NativeModel } from '../../../../src-native/model'
import { ACTIVATIONS } from '../../../data/machine/reserve'
import type { Matrix } from '../../../science/maths/matrix'
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
  PieceSize,
  TokenBatch,
  Weights,
} from '../learner'
import { createSequence } from '../sequence'
import { explained, isDeviceFailure } from './failures'

/** Bytes of weights that are handed over at a time: the addon holds a copy of them until they are in place. */
const PORTION = 2 ** 28

/**
 * A thread's share of a piece that is predicted: 6 GFLOP, 60 ms of a core with AVX-512, so that a cancel gets through; but
 * enough rows that the weights are not read for a few of them.
 */
const PIECE_WORK = 3e9
const PIECE_TOKENS = 64
/** The same on a card: .2 TFLOP, some milliseconds of a fast one, and rows enough to fill it. */
const CARD_PIECE: PieceSize = { work: 1e11, tokens: 4096, examples: 1 }

/** Settings of the engine itself: results repeat for a number of threads and an instruction set. */
export interface NativeOptions extends LearnerOptions {
  isa?: NativeAddon['isas'][number]
  /** The library for NVIDIA cards, where one of them computes. */
  cuda?: string
  /** The file that it keeps, where cuBLASLt may make products. */
  products?: string
}

/** The learner over the addon: its calls, with what the addon leaves to its caller. */
export class NativeLearner implements Learner {
  readonly #model: NativeModel
  /** Names of the tensors that get gradients. */
  readonly #trained: ReadonlySet<string>
  readonly #isPart: boolean
  readonly pieces: PieceSize
  readonly #inTurn = createSequence()
  #hasGradients = false

  private constructor(
    model: NativeModel,
    readonly net: NetSpec,
    threads: number,
    { trainBlocks, cuda }: NativeOptions,
  ) {
    this.#model = model
    this.#isPart = trainBlocks !== undefined
    this.pieces =
      cuda === undefined
        ? { work: PIECE_WORK * threads, tokens: PIECE_TOKENS * threads, examples: threads }
        : CARD_PIECE
    const trained = tensorsOf(net, trainBlocks).filter((tensor) => tensor.trained)
    this.#trained = new Set(trained.map(({ name }) => name))
  }

  /** @throws Error when there is no such net, or the weights do not fit, see `weightsOf` */
  static async create(
    addon: NativeAddon,
    net: NetSpec,
    init: Init,
    options: NativeOptions = {},
  ): Promise<NativeLearner> {
    checkNet(net, options)
    const weights = weightsOf(net, init)
    const { cuda, activationBytes: room = ACTIVATIONS } = options
    const activationBytes = cuda === undefined ? Math.min(ACTIVATIONS, room) : room
    try {
      const model = new addon.Model(net, { ...options, activationBytes })
      const learner = new NativeLearner(model, net, options.threads ?? addon.threads, options)
      await learner.#take(weights)
      return learner
    } catch (error) {
      throw explained(error, startOf(net, options), options.trainBlocks !== undefined)
    }
  }

  forward(batch: Batch): Promise<Matrix> {
    return this.#run(() => {
      checkBatch(this.net, batch)
      return this.#logits(batch, false)
    })
  }

  gradients(batch: Batch, dLogits: (logits: Matrix) => Matrix): Promise<Matrix> {
    return this.#run(async () => {
      checkBatch(this.net, batch)
      this.#hasGradients = false
      const logits = await this.#logits(batch, true)
      const slopes = dLogits(logits)
      checkSlopes(this.net, batch, slopes)
      await this.#model.backward(slopes.data)
      this.#hasGradients = true
      return logits
    })
  }

  step(update: AdamWStep): Promise<void> {
    return this.#run(async () => {
      checkUpdate(update)
      expectGradients(this.#hasGradients, 'step')
      this.#hasGradients = false
      await this.#model.step(update)
    })
  }

  lmStep(batch: LanguageBatch): Promise<number> {
    return this.#run(async () => {
      checkLanguage(this.net, 'lmStep', batch)
      this.#hasGradients = false
      const loss = await this.#model.languageGradients(batch)
      this.#hasGradients = true
      return loss
    })
  }

  score(batch: LanguageBatch): Promise<Float32Array> {
    return this.#run(() => {
      checkLanguage(this.net, 'score', batch)
      return this.#model.score(batch)
    })
  }

  features(batch: TokenBatch, layer: number): Promise<Matrix> {
    return this.#run(async () => {
      const { net } = this
      checkFeatures(net, batch, layer)
      const data = await this.#model.features(batch, layer)
      return { rows: batch.n, cols: net.width, data }
    })
  }

  generate(batch: TokenBatch, options: { most: number; stop?: number }): Promise<Int32Array[]> {
    return this.#run(() => {
      checkPrompts(this.net, batch, options.most)
      return this.#model.generate(batch, options)
    })
  }

  memory(): Promise<MemoryReport> {
    return this.#run(() => this.#model.memory())
  }

  readGradients(): Promise<Weights> {
    return this.#run(async () => {
      expectGradients(this.#hasGradients, 'readGradients')
      const all = await this.#model.gradients()
      return all.filter(({ name }) => this.#trained.has(name))
    })
  }

  save(): Promise<Weights> {
    return this.#run(() => this.#model.save())
  }

  load(weights: GivenTensor[]): Promise<void> {
    return this.#run(() => this.#take(weightsOf(this.net, { weights })))
  }

  saveOptimiser(): Promise<OptimiserState> {
    const trained = (all: Weights) => all.filter(({ name }) => this.#trained.has(name))
    return this.#run(async () => ({
      updates: await this.#model.updates(),
      first: trained(await this.#model.firstMoments()),
      second: trained(await this.#model.secondMoments()),
    }))
  }

  restoreOptimiser({ updates, first, second }: OptimiserState): Promise<void> {
    return this.#run(() => this.#model.restore({ updates, first, second }))
  }

  dispose(): void {
    this.#model.dispose()
  }

  /** Does one thing after the other; a device that fails is told with what the model holds. */
  #run<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#inTurn(work).catch(async (error: unknown) => {
      throw isDeviceFailure(error) ? explained(error, await this.#model.memory(), this.#isPart) : error
    })
  }

  async #logits(batch: Batch, keep: boolean): Promise<Matrix> {
    const data = await this.#model.forward(nativeBatch(batch), keep)
    return { rows: batch.n, cols: outputsOf(this.net), data }
  }

  /** Makes these weights, which are known to fit, the model's own. */
  async #take(weights: GivenTensor[]): Promise<void> {
    this.#hasGradients = false
    let portion: GivenTensor[] = []
    let bytes = 0
    for (const tensor of weights) {
      portion.push(tensor)
      bytes += tensor.data.byteLength
      if (bytes < PORTION) continue
      await this.#model.load(portion)
      portion = []
      bytes = 0
    }
    await this.#model.load(portion)
  }
}

/** Bytes that a model takes before its first pass. */
function startOf(net: NetSpec, { trainBlocks, moments }: NativeOptions) {
  const bytesOf = (tensors: ReturnType<typeof tensorsOf>) =>
    4 * tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0)
  const all = tensorsOf(net, trainBlocks)
  const trained = bytesOf(all.filter((tensor) => tensor.trained))
  return {
    weights: bytesOf(all),
    gradients: trained,
    moments: moments === 'bf16' ? trained : 2 * trained,
    activations: 0,
  }
}

const nativeBatch = (batch: Batch): NativeBatch =>
  'dense' in batch
    ? { n: batch.n, dense: batch.dense.data }
    : { n: batch.n, tokens: batch.tokens, offsets: batch.offsets }
