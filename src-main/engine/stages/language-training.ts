import type { TokenTexts } from '../../data/token-files'
import { createRng } from '../../science/maths/rng'
import { evaluationSteps, lrAt } from '../../science/schedule'
import type { LanguageConfig } from '../../science/stages'
import type { Backend, Learner, TokenBatch } from '../backends/learner'
import { Cancelled, type StageContext } from '../context'
import { createProgress, type Progress } from '../progress'
import { keepUnfinished, type Unfinished } from '../../data/unfinished'

/** AdamW's constants as language models are commonly pretrained with (Touvron et al. 2023, arXiv 2302.13971, 2.3). */
const ADAM = { beta1: 0.9, beta2: 0.95, eps: 1e-8 }
/** Milliseconds of work between two keepings: what a killed process costs at most. */
const KEEP = 60_000
/** Operations of a step beside those of scoring as many tokens: forward, and back twice as long. */
const STEP_WORK = 3
/** Windows that are scored at a time. */
const SCORED = 16

interface Request {
  config: LanguageConfig
  context: Pick<StageContext, 'emit' | 'log' | 'breathe' | 'worked'>
  place: Pick<Backend, 'device' | 'threads' | 'isa'>
  learner: Learner
  tokens: TokenTexts
  /** Where it goes on from; the learner stands there. */
  kept: Unfinished | null
  /** Where it keeps how it stands. */
  file: string
}

/** What a pretraining comes to. */
export interface Pretrained {
  /** Held-out bits per byte before the first update and after the last. */
  before: number
  after: number
  /** Of the last batch. */
  loss: number
}

/**
 * Scores the held-out texts, learns, scores them again, and so on: AdamW on batches of windows in an order of the seed's.
 * @throws Cancelled once it has kept how it stands; Error when the loss is no number
 */
export async function pretrain(request: Request): Promise<Pretrained> {
  const training = new LanguageTraining(request)
  await training.run()
  return training.result()
}

class LanguageTraining {
  readonly #request: Request
  readonly #first: number
  readonly #due: ReadonlySet<number>
  readonly #heldOut: readonly TokenBatch[]
  readonly #heldOutTokens: number
  readonly #progress: Progress
  readonly #measured: Unfinished['measured'] = []
  #worked = 0
  #keptAt: number

  constructor(request: Request) {
    const { config, context, tokens, kept } = request
    const { steps, batchTokens, evaluations } = config.training
    this.#request = request
    this.#first = kept?.step ?? 0
    this.#keptAt = context.worked()
    this.#due = new Set(evaluationSteps(steps, evaluations))
    this.#heldOut = batchesIn(tokens.heldOut.flatMap((text) => windowsOf(text, tokens.end, config.context)))
    this.#heldOutTokens = this.#heldOut.reduce((sum, batch) => sum + batch.tokens.length, 0)
    for (const { name, step, value } of kept?.measured ?? []) this.#measure(name, step, value)
    const left = [...this.#due].filter((step) => this.#isDue(step)).length
    const work = STEP_WORK * (steps - this.#first) * batchTokens + left * this.#heldOutTokens
    this.#progress = createProgress(context, { total: steps, unit: 'steps', work })
  }

  async run(): Promise<void> {
    const { config, context, tokens } = this.#request
    const { steps } = config.training
    const batches = shuffledBatches(tokens, config)
    // The order of the batches is the seed's: those that were learnt from are passed over.
    for (let step = 0; step < this.#first; step++) batches.next()
    const began = context.worked()
    let learnt = 0
    for (let step = this.#first; step <= steps; step++) {
      await this.#kept(step, async () => {
        if (this.#isDue(step)) await this.#score(step)
        if (step < steps) await context.breathe()
      })
      if (step === steps) break
      const batch = batches.next().value
      await this.#learn(step, batch)
      learnt += batch.tokens.length
    }
    const seconds = Math.max((context.worked() - began) / 1000, 1e-3)
    context.log('info', `${Math.round(learnt / seconds)} tokens a second, scoring counted in.`)
  }

  result(): Pretrained {
    const bits = this.#measured.filter(({ name }) => name === 'bits_per_byte')
    const loss = this.#measured.findLast(({ name }) => name === 'loss')!.value
    return { before: bits[0]!.value, after: bits.at(-1)!.value, loss }
  }

  /** What was scored before it was kept is not scored again. */
  #isDue(step: number): boolean {
    const { kept } = this.#request
    const known = kept?.measured.some((one) => one.name === 'bits_per_byte' && one.step === step) ?? false
    return this.#due.has(step) && step >= this.#first && !known
  }

  #measure(name: string, step: number, value: number): void {
    this.#measured.push({ name, step, value })
    this.#request.context.emit({ type: 'metric', name, split: '', step, value })
  }

  /** Does what may be called off before an update: how the training stands is kept then, and now and then. */
  async #kept(step: number, work: () => Promise<void>): Promise<void> {
    const { context } = this.#request
    try {
      await work()
    } catch (error) {
      if (error instanceof Cancelled && step > this.#first) await this.#keep(step)
      throw error
    }
    if (context.worked() - this.#keptAt <= KEEP) return
    await this.#keep(step)
    this.#keptAt = context.worked()
  }

  async #keep(step: number): Promise<void> {
    const { learner, place, file } = this.#request
    const { device, threads, isa } = place
    const [weights, optimiser] = [await learner.save(), await learner.saveOptimiser()]
    const measured = this.#measured
    await keepUnfinished(file, { step, place: { device, threads, isa }, weights, optimiser, measured })
  }

  /** Held-out bits per byte: −log₂ of the likelihood of all texts, their ends counted in, over their bytes. */
  async #score(step: number): Promise<void> {
    const { learner, tokens, context } = this.#request
    let nats = 0
    let done = 0
    for (const batch of this.#heldOut) {
      await context.breathe()
      for (const score of await learner.score(batch)) nats -= score
      done += batch.tokens.length
      this.#progress.report(step, { work: this.#worked + done, phase: 'scoring held-out texts' })
    }
    const bits = nats / Math.LN2 / tokens.heldOutBytes
    this.#check('bits per byte', bits, step)
    this.#measure('bits_per_byte', step, bits)
    this.#worked += this.#heldOutTokens
  }

  async #learn(step: number, batch: TokenBatch): Promise<void> {
    const { config, learner } = this.#request
    const { training } = config
    const loss = await learner.lmStep(batch)
    this.#check('loss', loss, step)
    const lr = rateAt(step, training)
    await learner.step({ ...ADAM, lr, weightDecay: training.weightDecay, clipNorm: training.clipNorm })
    this.#measure('loss', step, loss)
    this.#measure('lr', step, lr)
    this.#worked += STEP_WORK * training.batchTokens
    this.#progress.report(step + 1, { work: this.#worked, phase: '' })
  }

  #check(what: string, value: number, step: number): void {
    if (Number.isFinite(value)) return
    const { steps, lr } = this.#request.config.training
    this.#progress.breakOff(step, this.#worked)
    throw new Error(
      `The ${what} became ${value} at step ${step} of ${steps}: the training diverged. A lower learning rate (now ${lr}) or a gradient clip helps.`,
    )
  }
}

/** Rises evenly over the warm-up, and falls as the schedule says over all updates. */
export function rateAt(step: number, training: LanguageConfig['training']): number {
  const { steps, warmup } = training
  const rise = warmup > 0 ? Math.min(1, (step + 1) / (warmup * steps)) : 1
  return rise * lrAt(step, steps, training)
}

/** A text in windows of at most `longest` predicted tokens, each beginning with the last token of the one before. */
export function windowsOf(text: Int32Array, end: number, longest: number): Int32Array[] {
  const whole = new Int32Array(text.length + 1)
  whole.set(text)
  whole[text.length] = end
  const windows: Int32Array[] = []
  for (let start = 0; start + 1 < whole.length; start += longest)
    windows.push(whole.subarray(start, start + longest + 1))
  return windows
}

function batchOf(windows: readonly Int32Array[]): TokenBatch {
  const offsets = new Int32Array(windows.length + 1)
  windows.forEach((window, i) => (offsets[i + 1] = offsets[i]! + window.length))
  const tokens = new Int32Array(offsets[windows.length]!)
  windows.forEach((window, i) => tokens.set(window, offsets[i]))
  return { n: windows.length, tokens, offsets }
}

function batchesIn(windows: readonly Int32Array[]): TokenBatch[] {
  const batches: TokenBatch[] = []
  for (let at = 0; at < windows.length; at += SCORED) batches.push(batchOf(windows.slice(at, at + SCORED)))
  return batches
}

/** All windows in another order every epoch, put together to batches of about as many tokens as asked for, without end. */
function* shuffledBatches(
  { train, end }: Pick<TokenTexts, 'train' | 'end'>,
  { context, training, seed }: LanguageConfig,
): Generator<TokenBatch, never> {
  const windows = train.flatMap((text) => windowsOf(text, end, context))
  const rng = createRng(`language ${seed}`)
  let batch: Int32Array[] = []
  let size = 0
  for (;;)
    for (const window of rng.shuffle(windows)) {
      batch.push(window)
      size += window.length
      if (size < training.batchTokens) continue
      yield batchOf(batch)
      batch = []
      size = 0
    }
}
