import type { AnswersFile } from '../data/evaluations'
import type { Measured, Unfinished } from '../data/unfinished'
import { allFinite, decisions, type Answers, type Decision } from '../science/answers'
import type { LossBatch, LossValue } from '../science/losses/loss'
import { accuracy, agreement } from '../science/metrics'
import type { OptimiserSpec } from '../science/optimiser'
import { evaluationSteps, lrAt, shuffledForever, stepCount } from '../science/schedule'
import { isSplit, type Asked } from '../science/stages'
import type { Asking } from './asking'
import type { Batch, Learner } from './backends/learner'
import type { StageContext } from './context'
import { diverged } from './failure'
import { Keeper, type Keeping } from './keeper'
import { createProgress, type Progress } from './progress'

/** AdamW's constants, those of the reference code and of torch.optim. */
export const ADAM = { beta1: 0.9, beta2: 0.999, eps: 1e-8 }

/** A split, or a test set from elsewhere, to be predicted. */
export interface EvaluationSet {
  split: Asked
  /** At every evaluation; else at the last one alone. */
  followed: boolean
  batch: Batch
  /** What is right to say of every example. */
  truth: ArrayLike<Decision>
  /** What the supervisor says, where it labelled the split for this training. */
  weak: ArrayLike<Decision> | null
}
export interface Training<A extends Answers> {
  learner: Learner
  /** What is taught, and how. */
  asking: Asking<A>
  loss: (batch: LossBatch) => LossValue
  optimiser: OptimiserSpec
  evaluations: number
  seed: number
  sets: EvaluationSet[]
  keeping: Resumable<A>
}
/** Where a training keeps how it stands, and how what it said is kept. */
export interface Resumable<A extends Answers> extends Keeping {
  answers: AnswersFile<A>
}
/** What a training leaves beside the weights. */
export interface Trained<A extends Answers> {
  /** Steps of the evaluations, ascending: 0 is before the first update. */
  steps: number[]
  /** split → what was said at its evaluations: all, or of a split that is not followed the last. */
  predictions: Map<Asked, A[]>
  /** Loss of the last batch. */
  loss: number
}

type LoopContext = Pick<StageContext, 'emit' | 'log' | 'breathe' | 'worked'>
/** How many times the work of a forward pass a training step is: it goes forward, and back twice as long. */
const STEP_WORK = 3

/**
 * The one training loop: AdamW on mini-batches in an order that is reshuffled every epoch by the seed, the loss over
 * every whole batch, splits predicted at their evaluations. Same seed, same bits on the same backend, also where it was
 * stopped and gone on with.
 * @throws Cancelled at the next step after the host asked for it; Error when the loss or a prediction is not a number
 */
export function train<A extends Answers>(training: Training<A>, context: LoopContext): Promise<Trained<A>> {
  return new Loop(training, context).run()
}

class Loop<A extends Answers> {
  readonly #training: Training<A>
  readonly #context: LoopContext
  readonly #steps: number
  readonly #first: number
  readonly #evaluations: number[]
  /** Steps at which everything that is due there was said. */
  readonly #said: number[] = []
  readonly #predictions: Map<Asked, A[]>
  readonly #measured: Measured[] = []
  readonly #progress: Progress
  #worked: number
  #loss = NaN

  constructor(training: Training<A>, context: LoopContext) {
    const { asking, optimiser, sets, keeping } = training
    this.#training = training
    this.#context = context
    this.#steps = stepCount(asking.examples, optimiser)
    this.#first = keeping.kept?.step ?? 0
    this.#evaluations = evaluationSteps(this.#steps, training.evaluations)
    this.#predictions = new Map(sets.map(({ split }) => [split, []]))
    if (keeping.kept) this.#goOn(keeping.kept)
    const work = this.#workUntil(this.#steps, this.#evaluations)
    this.#worked = this.#workUntil(this.#first, this.#said)
    this.#progress = createProgress(context, { total: this.#steps, unit: 'steps', work, begun: this.#worked })
  }

  async run(): Promise<Trained<A>> {
    const { asking, seed, learner, keeping } = this.#training
    const keeper = new Keeper(keeping, learner, this.#context, () => this.#told())
    const order = shuffledForever(asking.examples, seed)
    for (let passed = 0; passed < this.#first * this.#batch; passed++) order.next()
    for (let step = this.#first; step <= this.#steps; step++) {
      const due = this.#evaluations.includes(step)
      await keeper.around(step, due, async () => {
        if (due && !this.#said.includes(step)) await this.#evaluate(step)
        if (step < this.#steps) await this.#context.breathe()
      })
      if (step === this.#steps) break
      await this.#learn(
        step,
        Array.from({ length: this.#batch }, () => order.next().value),
      )
    }
    return { steps: this.#evaluations, predictions: this.#predictions, loss: this.#loss }
  }

  get #batch(): number {
    return Math.min(this.#training.optimiser.batch, this.#training.asking.examples)
  }

  /** In forward passes of one example. */
  #workUntil(step: number, evaluations: readonly number[]): number {
    const asked = evaluations.flatMap((at) => this.#due(at).map(({ truth }) => truth.length))
    return STEP_WORK * step * this.#batch + asked.reduce((sum, n) => sum + n, 0)
  }

  #due(step: number): EvaluationSet[] {
    return this.#training.sets.filter(({ followed }) => followed || step === this.#steps)
  }

  /** Has been told and asked all that an earlier process measured. */
  #goOn({ measured, said }: Unfinished): void {
    const { sets, keeping } = this.#training
    for (const metric of measured) this.#measure(metric)
    this.#loss = measured.findLast(({ name }) => name === 'loss')?.value ?? NaN
    if (!said) return
    const saidOf = keeping.answers.read(said, keeping.file)
    for (const { split } of sets.filter(({ followed }) => followed)) {
      const { steps, answers } = saidOf(split)
      this.#predictions.set(split, answers)
      this.#said.splice(0, Infinity, ...steps)
    }
  }

  /** What is kept beside the weights. */
  #told() {
    const said = new Map([...this.#predictions].filter(([, answers]) => answers.length > 0))
    const { answers } = this.#training.keeping
    return { measured: this.#measured, said: said.size > 0 ? answers.write(this.#said, said) : null }
  }

  #measure(metric: Measured): void {
    this.#measured.push(metric)
    this.#context.emit({ type: 'metric', ...metric })
  }

  /** All that is due, or nothing: where it is called off between two splits, it begins anew. */
  async #evaluate(step: number): Promise<void> {
    const { asking, learner } = this.#training
    const due = this.#due(step)
    const said: A[] = []
    let worked = this.#worked
    for (const { split, batch, truth } of due) {
      const tell = (n: number) => this.#progress.report(step, { work: worked + n, phase: `predicting ${split}` })
      const answers = await asking.ask(learner, batch, () => this.#context.breathe(), tell)
      if (!allFinite(answers)) throw this.#failed(`predictions of ${split} are not numbers`, step)
      said.push(answers)
      worked += truth.length
    }
    this.#worked = worked
    this.#said.push(step)
    for (const [i, set] of due.entries()) {
      this.#predictions.get(set.split)!.push(said[i]!)
      for (const metric of worth(set, step, said[i]!)) this.#measure(metric)
    }
  }

  async #learn(step: number, chosen: number[]): Promise<void> {
    const { asking, learner, loss, optimiser } = this.#training
    const lr = lrAt(step, this.#steps, optimiser)
    const taught = await asking.teach(learner, chosen, (batch) => loss({ ...batch, progress: step / this.#steps }))
    this.#loss = taught.loss
    if (!Number.isFinite(taught.loss)) {
      // Its curve says where it broke off.
      this.#measure({ name: 'loss', split: '', step, value: taught.loss })
      throw this.#failed(`loss became ${taught.loss}`, step)
    }
    await learner.step({ ...ADAM, lr, weightDecay: optimiser.weightDecay, clipNorm: optimiser.clipNorm })
    for (const [name, value] of Object.entries({ loss: taught.loss, lr, ...taught.extras }))
      this.#measure({ name, split: '', step, value })
    this.#worked += STEP_WORK * this.#batch
    this.#progress.report(step + 1, { work: this.#worked, phase: '' })
  }

  #failed(what: string, step: number): Error {
    this.#progress.breakOff(step, this.#worked)
    return diverged(what, step, this.#steps, this.#training.optimiser.lr)
  }
}

/** What the answers to one split are worth; those to sets from elsewhere are no curve, and are told by results. */
function worth({ split, truth, weak }: EvaluationSet, step: number, said: Answers): Measured[] {
  if (!isSplit(split)) return []
  const decided = decisions(said)
  const right = { name: 'accuracy', split, step, value: accuracy(decided, truth) }
  if (!weak) return [right]
  const { all: value, weakWrong } = agreement(decided, weak, truth)
  const agreed = { name: 'agreement', split, step, value }
  return [right, agreed, ...(weakWrong === null ? [] : [{ ...agreed, name: 'agreement_weak_wrong', value: weakWrong }])]
}
