import { evaluationSteps, lrAt } from '../../science/schedule'
import type { OptimiserSpec } from '../../science/optimiser'
import type { AdamWStep, Backend, Learner, TokenBatch } from '../backends/learner'
import { Cancelled, type StageContext } from '../context'
import { KnownFailure } from '../failure'
import { createProgress, type Progress } from '../progress'
import { keepUnfinished, readUnfinished, type Unfinished } from '../../data/unfinished'

/** Milliseconds of work between two keepings: what a killed process costs at most. */
const KEEP = 60_000
/** Operations of a step beside those of scoring as many tokens: forward, and back twice as long. */
const STEP_WORK = 3

/** What a language model learns from, and how. */
export interface Course extends Pick<OptimiserSpec, 'lr' | 'schedule' | 'weightDecay' | 'clipNorm'> {
  adam: Pick<AdamWStep, 'beta1' | 'beta2' | 'eps'>
  steps: number
  /** Share of the updates in which the learning rate rises. */
  warmup: number
  /** How often the held-out texts are scored. */
  evaluations: number
  /** The same ones in the same order every time that they are asked for, without end. */
  batches: () => Iterator<TokenBatch, never>
  /** Tokens of a batch, about. */
  batchTokens: number
  heldOut: HeldOut
}

/** Texts to be scored. */
export interface HeldOut {
  batches: readonly TokenBatch[]
  /** In UTF-8, of all that is foretold of them. */
  bytes: number
}

interface Request {
  course: Course
  context: Pick<StageContext, 'emit' | 'log' | 'breathe' | 'worked'>
  place: Pick<Backend, 'device' | 'threads' | 'isa'>
  learner: Learner
  /** Where it goes on from; the learner stands there. */
  kept: Unfinished | null
  /** Where it keeps how it stands. */
  file: string
}

/** What a training comes to. */
export interface Learnt {
  /** Held-out bits per byte before the first update and after the last. */
  before: number
  after: number
  /** Of the last batch. */
  loss: number
}

/**
 * Scores the held-out texts, learns, scores them again, and so on: AdamW on one batch after the other.
 * @throws Cancelled once it has kept how it stands; Error when the loss is no number
 */
export async function learnLanguage(request: Request): Promise<Learnt> {
  const training = new LanguageTraining(request)
  await training.run()
  return training.result()
}

class LanguageTraining {
  readonly #request: Request
  readonly #first: number
  readonly #due: ReadonlySet<number>
  readonly #heldOutTokens: number
  readonly #progress: Progress
  readonly #measured: Unfinished['measured'] = []
  #worked = 0
  #keptAt: number

  constructor(request: Request) {
    const { course, context, kept } = request
    const { steps, batchTokens, evaluations, heldOut } = course
    this.#request = request
    this.#first = kept?.step ?? 0
    this.#keptAt = context.worked()
    this.#due = new Set(evaluationSteps(steps, evaluations))
    this.#heldOutTokens = heldOut.batches.reduce((sum, batch) => sum + batch.tokens.length, 0)
    for (const { name, step, value } of kept?.measured ?? []) this.#measure(name, step, value)
    const left = [...this.#due].filter((step) => this.#isDue(step)).length
    const work = STEP_WORK * (steps - this.#first) * batchTokens + left * this.#heldOutTokens
    this.#progress = createProgress(context, { total: steps, unit: 'steps', work })
  }

  async run(): Promise<void> {
    const { course, context } = this.#request
    const { steps } = course
    const batches = course.batches()
    // Those that were learnt from are passed over.
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

  result(): Learnt {
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

  /** Held-out bits per byte: −log₂ of the likelihood of all texts over their bytes. */
  async #score(step: number): Promise<void> {
    const { learner, course, context } = this.#request
    let nats = 0
    let done = 0
    for (const batch of course.heldOut.batches) {
      await context.breathe()
      for (const score of await learner.score(batch)) nats -= score
      done += batch.tokens.length
      this.#progress.report(step, { work: this.#worked + done, phase: 'scoring held-out texts' })
    }
    const bits = nats / Math.LN2 / course.heldOut.bytes
    this.#check('bits per byte', bits, step)
    this.#measure('bits_per_byte', step, bits)
    this.#worked += this.#heldOutTokens
  }

  async #learn(step: number, batch: TokenBatch): Promise<void> {
    const { course, learner } = this.#request
    const loss = await learner.lmStep(batch)
    this.#check('loss', loss, step)
    const lr = rateAt(step, course)
    await learner.step({ ...course.adam, lr, weightDecay: course.weightDecay, clipNorm: course.clipNorm })
    this.#measure('loss', step, loss)
    this.#measure('lr', step, lr)
    this.#worked += STEP_WORK * course.batchTokens
    this.#progress.report(step + 1, { work: this.#worked, phase: '' })
  }

  #check(what: string, value: number, step: number): void {
    if (Number.isFinite(value)) return
    const { steps, lr } = this.#request.course
    this.#progress.breakOff(step, this.#worked)
    throw new KnownFailure(
      'diverged',
      `The ${what} became ${value} at step ${step} of ${steps}: the training diverged. A lower learning rate (now ${lr}) or a gradient clip helps.`,
    )
  }
}

/** Rises evenly over the warm-up, and falls as the schedule says over all updates. */
export function rateAt(step: number, course: Pick<Course, 'steps' | 'warmup' | 'lr' | 'schedule'>): number {
  const { steps, warmup } = course
  const rise = warmup > 0 ? Math.min(1, (step + 1) / (warmup * steps)) : 1
  return rise * lrAt(step, steps, course)
}

/** What an earlier process kept of this very training. */
export async function keptOf(
  file: string,
  backend: Request['place'],
  { log }: Pick<StageContext, 'log'>,
): Promise<Unfinished | null> {
  try {
    const kept = await readUnfinished(file)
    if (!kept) return null
    log('info', `Going on after update ${kept.step}.`)
    const { device, threads, isa } = kept.place
    if (device !== backend.device || threads !== backend.threads || isa !== backend.isa)
      log('warn', `It was begun on ${device}: from here on results may differ in their last digits.`)
    return kept
  } catch (error) {
    log('warn', `What was kept of this training cannot be read, so it begins anew: ${(error as Error).message}`)
    return null
  }
}
