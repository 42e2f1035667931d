import type { Answers } from '../../science/answers'
import type { LabelSet } from '../../science/labels'
import type { LossBatch, LossValue } from '../../science/losses/loss'
import { zeros, type Matrix } from '../../science/maths/matrix'
import { outputsOf } from '../../science/models/net'
import { piecesOf } from '../backends/batches'
import type { Batch, Learner } from '../backends/learner'
import type { StageContext } from '../context'

/** The loss over one whole batch. */
export type BatchLoss = (batch: Omit<LossBatch, 'progress'>) => LossValue
/** What is known of a batch once it has been taught. */
export type Taught = Pick<LossValue, 'loss' | 'extras'>
export type Breathe = StageContext['breathe']

/** How a net is taught the examples of a training, and asked about those of a split: one file a form of task. */
export interface Asking<A extends Answers = Answers> {
  /** Number of examples that are taught. */
  examples: number
  /** Leaves the gradients of a batch, the examples `chosen`, in the learner. */
  teach(learner: Learner, chosen: readonly number[], loss: BatchLoss): Promise<Taught>
  /**
   * What the net says of every example of a split.
   * @param split the texts that it reads of them
   * @param tell told how many examples are done
   */
  ask(learner: Learner, split: Batch, breathe: Breathe, tell: (examples: number) => void): Promise<A>
}

/** What a net is taught to choose: the texts of all examples, and their labels. */
export interface ChoiceLesson extends LabelSet {
  batch: Batch
}

/** Gradients of a batch, with what the loss says of it. */
export async function taught(learner: Learner, batch: Batch, loss: (logits: Matrix) => LossValue): Promise<Taught> {
  let value: Taught = { loss: NaN, extras: {} }
  await learner.gradients(batch, (logits) => {
    const found = loss(logits)
    value = found
    return found.dLogits
  })
  return value
}

/** Logits of every text, [n, outputs]; tells how many texts are done. */
export async function logitsOf(
  learner: Learner,
  batch: Batch,
  breathe: Breathe,
  tell: (texts: number) => void,
): Promise<Matrix> {
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
  return logits
}

/** The labels of the examples `chosen`, in that order. */
export function takeLabels({ targets, weights, teachers }: LabelSet, chosen: readonly number[]): LabelSet {
  return {
    targets: takeRows(targets, chosen),
    ...(weights && { weights: Float32Array.from(chosen, (example) => weights[example]!) }),
    ...(teachers && { teachers: teachers.map((teacher) => takeRows(teacher, chosen)) }),
  }
}

/** The rows `indices` of a matrix, in that order. */
function takeRows({ cols, data }: Matrix, indices: readonly number[]): Matrix {
  const out = new Float32Array(indices.length * cols)
  indices.forEach((i, row) => out.set(data.subarray(i * cols, (i + 1) * cols), row * cols))
  return { rows: indices.length, cols, data: out }
}
