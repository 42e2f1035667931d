import type { Matrix } from '../../../science/maths/matrix'
import type { NetSpec } from '../../../science/models/net'
import type { Split, TrainConfig } from '../../../science/stages'
import { textsOf, type PreparedTask } from '../../../science/tasks'
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
  batches: Partial<Record<Split, Batch>>
  /** Of a net that writes: what it is taught, where each text of a batch is to be gone on with by one of the targets. */
  writing?: (texts: Batch, targets: readonly string[]) => TextLesson
  /** The trained weights as files, with whatever says what they are for. */
  files(weights: Weights): Promise<NewFile[]>
}

/** What a training's input is made from. */
export interface InputRequest {
  config: TrainConfig
  task: PreparedTask
  splits: readonly Split[]
  context: StageContext
}

/** Encodes every split; breathes in between. */
export async function encodeSplits(
  { task, splits, context }: InputRequest,
  encode: (texts: string[], split: Split) => Batch,
): Promise<Partial<Record<Split, Batch>>> {
  const batches: Partial<Record<Split, Batch>> = {}
  for (const split of splits) {
    batches[split] = encode(textsOf(task.splits[split]), split)
    await context.breathe()
  }
  return batches
}

/** Dense features as a batch. */
export function denseBatch(dense: Matrix): Batch {
  return { n: dense.rows, dense }
}
