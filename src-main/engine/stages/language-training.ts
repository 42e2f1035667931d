import { evaluationSteps, lrAt } from '../../science/schedule'
import type { OptimiserSpec } from '../../science/optimiser'
import type { Measured, Unfinished } from '../../data/unfinished'
import type { AdamWStep, Learner, TokenBatch } from '../backends/learner'
import type { StageContext } from '../context'
import { diverged } from '../failure'
import { Keeper, type Keeping } from '../keeper'
import { createProgress, type Progress } from '../progress'

/** Operations of a step beside those of scoring as many tokens: forward, and back twice as long. */
const STEP_WORK = 3

/** What a language model learns from, and how. */
export interface Course extends Pick<OptimiserSpec, 'lr' | 'schedule' | 'weightDecay' | 'clipNorm'> {
  adam: Pick<AdamWStep, 'beta1' | 'beta2' | 'eps'>
  steps: number
  /** Updates after which it ends, though its schedule goes on; without it after all of them. */
  until?: number
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
  learner: Learner
  keeping: Keeping
}

/** What a training comes to. */
export interface Learnt {
  /** Held-out bits per byte before the first update and after the last. */
  before: number
  after: number
  /** Of the last batch. */
  loss: number
  /** As it stands at its end, for another one to go on from. */
  standing: () => Promise<Unfinished>
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
  readonly #last: number
  readonly #due: ReadonlySet<number>
  readonly #heldOutTokens: number
  readonly #progress: Progress
  readonly #measured: Measured[] = []
  readonly #keeper: Keeper
  #worked = 0

  constructor(request: Request) {
    const { course, context, keeping, learner } = request
    const { kept } = keeping
    const { steps, batchTokens, evaluations, heldOut } = course
    this.#request = request
    this.#first = kept?.step ?? 0
    this.#last = course.until ?? steps
    this.#keeper = new Keeper(keeping, learner, context, () => ({ measured: this.#measured, said: null }))
    this.#due = new Set([...evaluationSteps(steps, evaluations).filter((step) => step < this.#last), this.#last])
    this.#heldOutTokens = heldOut.batches.reduce((sum, batch) => sum + batch.tokens.length, 0)
    for (const { name, step, value } of kept?.measured ?? []) this.#measure(name, step, value)
    const scored = [...this.#due].filter((step) => !this.#isDue(step)).length
    this.#worked = STEP_WORK * this.#first * batchTokens + scored * this.#heldOutTokens
    const work = STEP_WORK * this.#last * batchTokens + this.#due.size * this.#heldOutTokens
    this.#progress = createProgress(context, { total: this.#last, unit: 'steps', work, begun: this.#worked })
  }

  async run(): Promise<void> {
    const { course, context } = this.#request
    const batches = course.batches()
    // Those that were learnt from are passed over.
    for (let step = 0; step < this.#first; step++) batches.next()
    const began = context.worked()
    let learnt = 0
    for (let step = this.#first; step <= this.#last; step++) {
      const due = this.#isDue(step)
      await this.#keeper.around(step, due, async () => {
        if (due) await this.#score(step)
        if (step < this.#last) await context.breathe()
      })
      if (step === this.#last) break
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
    return {
      before: bits[0]!.value,
      after: bits.at(-1)!.value,
      loss,
      standing: () => this.#keeper.standing(this.#last),
    }
  }

  /** What was scored before it was kept is not scored again. */
  #isDue(step: number): boolean {
    const { kept } = this.#request.keeping
    const known = kept?.measured.some((one) => one.name === 'bits_per_byte' && one.step === step) ?? false
    return this.#due.has(step) && step >= this.#first && !known
  }

  #measure(name: string, step: number, value: number): void {
    this.#measured.push({ name, split: '', step, value })
    this.#request.context.emit({ type: 'metric', name, split: '', step, value })
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
    throw diverged(`${what} became ${value}`, step, steps, lr)
  }
}

/** Rises evenly over the warm-up, and falls as the schedule says over all updates. */
export function rateAt(step: number, course: Pick<Course, 'steps' | 'warmup' | 'lr' | 'schedule'>): number {
  const { steps, warmup } = course
  const rise = warmup > 0 ? Math.min(1, (step + 1) / (warmup * steps)) : 1
  return rise * lrAt(step, steps, course)
}
