import type { Matrix } from '../../../science/maths/matrix'
import type { NetSpec } from '../../../science/models/net'
import type { Asked, TrainConfig } from '../../../science/stages'
import { examplesIn, textsOf, type PreparedTask } from '../../../science/tasks'
import type { NewFile } from '../../artifacts'
import type { TextLesson } from '../../asking/language'
import type { Batch, GivenTensor, LearnerOptions, Weights } from '../../backends/learner'
import type { StageContext } from '../../context'

/** A task as a model sees it, and the net over that. */
export interface Input {
  net: NetSpec
  options?: LearnerOptions
  /** Those that do not come from the seed; read when they are asked for, so that nobody else keeps them in memory. */
  weights(): Promise<GivenTensor[]>
  /** The splits that the training predicts, and the one that it learns from. */
  batches: Partial<Record<Asked, Batch>>
  /** Of a net that writes: what it is taught, where each text of a batch is to be gone on with by one of the targets. */
  writing?: (texts: Batch, targets: readonly string[]) => TextLesson
  /** The trained weights as files, with whatever says what they are for. */
  files(weights: Weights): Promise<NewFile[]>
}

/** What a training's input is made from. */
export interface InputRequest {
  config: TrainConfig
  task: PreparedTask
  splits: readonly Asked[]
  context: StageContext
}

/** Encodes every split; breathes in between. Says so in the log where a model cannot tell the options of examples apart. */
export async function encodeSplits(
  { task, splits, context }: InputRequest,
  encode: (texts: string[], split: Asked) => Batch,
): Promise<Partial<Record<Asked, Batch>>> {
  const batches: Partial<Record<Asked, Batch>> = {}
  for (const split of splits) {
    const examples = examplesIn(task, split)
    const batch = (batches[split] = encode(textsOf(examples), split))
    const same = task.form.kind === 'options' ? alikeIn(batch, task.form.count) : 0
    if (same > 0)
      context.log(
        'warn',
        `${same} of ${examples.length} examples of ${split} read the same with every option: what tells them apart is cut off, or no word that the model knows.`,
      )
    await context.breathe()
  }
  return batches
}

/** How many examples have the same input for each of so many options: their scores are equal, whatever the net. */
export function alikeIn(batch: Batch, count: number): number {
  const inputOf = (text: number) =>
    'dense' in batch
      ? batch.dense.data.subarray(text * batch.dense.cols, (text + 1) * batch.dense.cols)
      : batch.tokens.subarray(batch.offsets[text], batch.offsets[text + 1])
  const equal = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    a.length === b.length && Array.prototype.every.call(a, (x: number, i) => x === b[i])
  let alike = 0
  for (let first = 0; first < batch.n; first += count) {
    const others = Array.from({ length: count - 1 }, (_, o) => inputOf(first + o + 1))
    if (others.every((other) => equal(inputOf(first), other))) alike++
  }
  return alike
}

/** Dense features as a batch. */
export function denseBatch(dense: Matrix): Batch {
  return { n: dense.rows, dense }
}
