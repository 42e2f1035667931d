import { allFinite, decisions, type Answers, type Decision } from '../science/answers'
import type { LossBatch, LossValue } from '../science/losses/loss'
import { accuracy, agreement } from '../science/metrics'
import type { OptimiserSpec } from '../science/optimiser'
import { createRng } from '../science/maths/rng'
import { evaluationSteps, lrAt, stepCount } from '../science/schedule'
import { isSplit, type Asked } from '../science/stages'
import type { Asking } from './asking'
import type { Batch, Learner } from './backends/learner'
import type { StageContext } from './context'
import { KnownFailure } from './failure'
import { createProgress } from './progress'

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

type LoopContext = Pick<StageContext, 'emit' | 'breathe' | 'worked'>
/** How many times the work of a forward pass a training step is: it goes forward, and back twice as long. */
const STEP_WORK = 3

/**
 * The one training loop: AdamW on mini-batches in an order that is reshuffled every epoch by the seed, the loss over
 * every whole batch, splits predicted at their evaluations. Same seed, same bits on the same backend.
 * @throws Cancelled at the next step after the host asked for it; Error when the loss or a prediction is not a number
 */
export async function train<A extends Answers>(training: Training<A>, context: LoopContext): Promise<Trained<A>> {
  const { learner, asking, optimiser, sets } = training
  const steps = stepCount(asking.examples, optimiser)
  const evaluations = evaluationSteps(steps, training.evaluations)
  const order = shuffledForever(asking.examples, training.seed)
  const size = Math.min(optimiser.batch, asking.examples)
  const examples = sets.reduce((sum, set) => sum + set.truth.length * (set.followed ? evaluations.length : 1), 0)
  const work = STEP_WORK * steps * size + examples
  const progress = createProgress(context, { total: steps, unit: 'steps', work })
  let worked = 0
  const fail = (what: string, step: number) => {
    progress.breakOff(step, worked)
    return diverged(what, step, steps, optimiser.lr)
  }
  const trained: Trained<A> = { steps: evaluations, predictions: new Map(sets.map((s) => [s.split, []])), loss: NaN }
  const due = new Set(evaluations)

  for (let step = 0; step <= steps; step++) {
    if (due.has(step)) {
      for (const set of sets.filter(({ followed }) => followed || step === steps)) {
        const tell = (n: number) => progress.report(step, { work: worked + n, phase: `predicting ${set.split}` })
        const said = await asking.ask(learner, set.batch, context.breathe, tell)
        if (!allFinite(said)) throw fail(`predictions of ${set.split} are not numbers`, step)
        trained.predictions.get(set.split)!.push(said)
        report(set, step, said, context)
        worked += set.truth.length
      }
    }
    if (step === steps) break
    await context.breathe()

    const chosen = Array.from({ length: size }, () => order.next().value)
    const lr = lrAt(step, steps, optimiser)
    const taught = await asking.teach(learner, chosen, (batch) => training.loss({ ...batch, progress: step / steps }))
    trained.loss = taught.loss
    if (!Number.isFinite(trained.loss)) throw fail(`loss became ${trained.loss}`, step)
    await learner.step({ ...ADAM, lr, weightDecay: optimiser.weightDecay, clipNorm: optimiser.clipNorm })
    for (const [name, value] of Object.entries({ loss: trained.loss, lr, ...taught.extras }))
      context.emit({ type: 'metric', name, split: '', step, value })
    worked += STEP_WORK * size
    progress.report(step + 1, { work: worked, phase: '' })
  }
  return trained
}

/** Indices 0 to n − 1 in random order, then again in another, without end. */
export function* shuffledForever(n: number, seed: number): Generator<number, never> {
  const rng = createRng(`order ${seed}`)
  const all = Array.from({ length: n }, (_, i) => i)
  while (true) yield* rng.shuffle(all)
}

/** What a training that ran away says; `what` begins in the middle of a sentence. */
function diverged(what: string, step: number, steps: number, lr: number): Error {
  if (step === 0)
    return new Error(`The ${what} before the first step: the weights that the model starts from are damaged.`)
  return new KnownFailure(
    'diverged',
    `The ${what} at step ${step} of ${steps}: the training diverged. A lower learning rate (now ${lr}) or a gradient clip helps.`,
  )
}

/** Tells what the answers to one split are worth; those to sets from elsewhere are no curve, and are told by results. */
function report({ split, truth, weak }: EvaluationSet, step: number, said: Answers, { emit }: LoopContext): void {
  if (!isSplit(split)) return
  const decided = decisions(said)
  emit({ type: 'metric', name: 'accuracy', split, step, value: accuracy(decided, truth) })
  if (weak) {
    const { all: value, weakWrong } = agreement(decided, weak, truth)
    emit({ type: 'metric', name: 'agreement', split, step, value })
    if (weakWrong !== null) emit({ type: 'metric', name: 'agreement_weak_wrong', split, step, value: weakWrong })
  }
}
