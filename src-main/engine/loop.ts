import { allFinite, choicesOf, decisions, type Choices } from '../science/answers'
import { labelStats } from '../science/labels/statistics'
import type { LossVariant } from '../science/losses/loss'
import { zeros, type Matrix } from '../science/maths/matrix'
import { accuracy, agreement } from '../science/metrics'
import { outputsOf } from '../science/models/net'
import type { OptimiserSpec } from '../science/optimiser'
import { createRng } from '../science/maths/rng'
import { evaluationSteps, lrAt, stepCount } from '../science/schedule'
import type { Split } from '../science/stages'
import { piecesOf, takeExamples } from './backends/batches'
import type { Batch, Learner } from './backends/learner'
import { createProgress } from './progress'
import type { StageContext } from './context'

/** AdamW's constants, those of the reference code and of torch.optim. */
const ADAM = { beta1: 0.9, beta2: 0.999, eps: 1e-8 }

/** A split to be predicted. */
export interface EvaluationSet {
  split: Split
  /** At every evaluation; else at the last one alone. */
  followed: boolean
  batch: Batch
  /** Class of every example. */
  truth: Uint8Array
  /** The supervisor's decisions, where it labelled the split for this training. */
  weak: Uint8Array | null
}
export interface Training {
  learner: Learner
  /** What is trained on. */
  batch: Batch
  /** [n, classes], rows sum to 1. */
  targets: Matrix
  loss: LossVariant
  lossParams: Record<string, unknown>
  optimiser: OptimiserSpec
  evaluations: number
  seed: number
  sets: EvaluationSet[]
}
/** What a training leaves beside the weights. */
export interface Trained {
  /** Steps of the evaluations, ascending: 0 is before the first update. */
  steps: number[]
  /** split → what was said at its evaluations: all, or of a split that is not followed the last. */
  predictions: Map<Split, Choices[]>
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
export async function train(training: Training, context: LoopContext): Promise<Trained> {
  const { learner, batch, targets, optimiser, sets } = training
  const steps = stepCount(batch.n, optimiser)
  const evaluations = evaluationSteps(steps, training.evaluations)
  const labelSet = labelStats(targets)
  const order = shuffledForever(batch.n, training.seed)
  const size = Math.min(optimiser.batch, batch.n)
  const examples = sets.reduce((sum, set) => sum + set.batch.n * (set.followed ? evaluations.length : 1), 0)
  const work = STEP_WORK * steps * size + examples
  const progress = createProgress(context, { total: steps, unit: 'steps', work })
  let worked = 0
  const fail = (what: string, step: number) => {
    progress.breakOff(step, worked)
    return diverged(what, step, steps, optimiser.lr)
  }
  const trained: Trained = { steps: evaluations, predictions: new Map(sets.map((s) => [s.split, []])), loss: NaN }
  const due = new Set(evaluations)

  for (let step = 0; step <= steps; step++) {
    if (due.has(step)) {
      for (const set of sets.filter(({ followed }) => followed || step === steps)) {
        const tell = (n: number) => progress.report(step, { work: worked + n, phase: `predicting ${set.split}` })
        const said = await ask(learner, set, context, tell)
        if (!allFinite(said)) throw fail(`predictions of ${set.split} are not numbers`, step)
        trained.predictions.get(set.split)!.push(said)
        report(set, step, said, context)
        worked += set.batch.n
      }
    }
    if (step === steps) break
    await context.breathe()

    const chosen = Array.from({ length: size }, () => order.next().value)
    const wanted = takeRows(targets, chosen)
    const lr = lrAt(step, steps, optimiser)
    let extras: Record<string, number> = {}
    await learner.gradients(takeExamples(batch, chosen), (logits) => {
      const value = training.loss.compute(
        { logits, targets: wanted, progress: step / steps, labelSet },
        training.lossParams,
      )
      trained.loss = value.loss
      extras = value.extras
      return value.dLogits
    })
    if (!Number.isFinite(trained.loss)) throw fail(`loss became ${trained.loss}`, step)
    await learner.step({ ...ADAM, lr, weightDecay: optimiser.weightDecay, clipNorm: optimiser.clipNorm })
    for (const [name, value] of Object.entries({ loss: trained.loss, lr, ...extras }))
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
  return new Error(
    step === 0
      ? `The ${what} before the first step: the weights that the model starts from are damaged.`
      : `The ${what} at step ${step} of ${steps}: the training diverged. A lower learning rate (now ${lr}) or a gradient clip helps.`,
  )
}

/** What the net says of one split; tells how many examples are done. */
async function ask(
  learner: Learner,
  { batch }: EvaluationSet,
  { breathe }: LoopContext,
  tell: (examples: number) => void,
): Promise<Choices> {
  const logits = zeros(batch.n, outputsOf(learner.net))
  let at = 0
  let done = 0
  for (const piece of piecesOf(learner, batch)) {
    await breathe()
    const { data } = await learner.forward(piece)
    logits.data.set(data, at)
    at += data.length
    tell((done += piece.n))
  }
  return choicesOf(logits)
}

/** Tells what the answers to one split are worth. */
function report({ split, truth, weak }: EvaluationSet, step: number, said: Choices, { emit }: LoopContext): void {
  const decided = decisions(said)
  emit({ type: 'metric', name: 'accuracy', split, step, value: accuracy(decided, truth) })
  if (weak) {
    const { all: value, weakWrong } = agreement(decided, weak, truth)
    emit({ type: 'metric', name: 'agreement', split, step, value })
    if (weakWrong !== null) emit({ type: 'metric', name: 'agreement_weak_wrong', split, step, value: weakWrong })
  }
}

function takeRows({ cols, data }: Matrix, indices: readonly number[]): Matrix {
  const out = new Float32Array(indices.length * cols)
  indices.forEach((i, row) => out.set(data.subarray(i * cols, (i + 1) * cols), row * cols))
  return { rows: indices.length, cols, data: out }
}
