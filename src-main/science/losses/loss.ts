import type { Matrix } from '../maths/matrix'
import type { ParamTable, Values } from '../spec/params'

/** What a loss is computed of: one whole batch. */
export interface LossBatch {
  /** [n, classes] */
  logits: Matrix
  /** [n, classes], rows sum to 1 (soft labels) or one-hot (hard labels). */
  targets: Matrix
  /** How much each example counts, [n], 1 on average over the label set; not given where all count alike. */
  weights?: Float32Array
  /** The labels of each of several supervisors alone, [n, classes] like the targets; not given of a single one. */
  teachers?: readonly Matrix[]
  /** What part of training is done, step / steps in [0, 1): `step_frac` of the reference code (0-based step). */
  progress: number
}

/** Value and gradient of a loss over one whole batch. */
export interface LossValue {
  /** Mean over the batch, in nats. */
  loss: number
  /** d loss / d logits, [n, classes]. */
  dLogits: Matrix
  /** Quantities worth plotting beside the loss, e.g. `alpha`. */
  extras: Record<string, number>
}

/** What a loss that mixes labels with the student's own answers makes of a batch before it is fitted. */
export interface Mixed {
  /** [n, classes] row-major: what is fitted. */
  targets: Float64Array
  /** Class of each of the student's own answers, hardened. */
  own: Uint8Array
  /** Weight of the own answers. */
  alpha: number
  /** Probability of class 0 from which on an answer hardens to it; null where there is no one number, of more classes than two. */
  threshold: number | null
}

/** A quantity of a loss that changes over a training, so that it can be drawn before anything is trained. */
export interface Schedule<P = Record<string, unknown>> {
  /** E.g. "α". */
  name: string
  /** What it weighs. */
  help: string
  /** The parameter that says which way it goes; its other options are drawn beside the one in force. */
  by: keyof P & string
  /** @param progress what part of training is done, in [0, 1] */
  at(progress: number, params: P): number
}

/** What finetuning with a loss is called as a method; the loss's own words where nothing else is said. */
interface Called {
  id: string
  title: string
  help: string
  source: string
}

/** One file a variant: a pure function of the whole batch (logconf's threshold needs all of it). */
export interface LossVariant extends Called {
  params: ParamTable
  /** Goes up with every change of its code that changes results: what was trained before is then another stage. 1 by default. */
  version?: number
  method?: Partial<Called>
  /** Whether it means something of texts, whose tokens have the loss of the language head: then it changes nothing there. */
  texts?: true
  schedule?: Schedule
  /** What it fits, where it mixes labels with the student's own answers. */
  mix?: (batch: Pick<LossBatch, 'logits' | 'targets' | 'progress'>, params: Record<string, unknown>) => Mixed
  compute(batch: LossBatch, params: Record<string, unknown>): LossValue
}
/** The same as it is written down, its parameters by the types of their table. */
type Written<P> = Omit<LossVariant, 'params' | 'schedule' | 'mix' | 'compute'> & {
  schedule?: Schedule<P>
  mix?: (batch: Pick<LossBatch, 'logits' | 'targets' | 'progress'>, params: P) => Mixed
  compute(batch: LossBatch, params: P): LossValue
}

/** A loss with its parameter table. */
export function defineLoss<const T extends ParamTable>(params: T, loss: Written<Values<NoInfer<T>>>): LossVariant {
  return { ...loss, params } as LossVariant
}
