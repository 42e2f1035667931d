import type { LabelStats } from '../labels/statistics'
import type { Matrix } from '../maths/matrix'
import type { ParamTable, Values } from '../spec/params'

/** What a loss is computed of: one whole batch. */
export interface LossBatch {
  /** [n, classes] */
  logits: Matrix
  /** [n, classes], rows sum to 1 (soft labels) or one-hot (hard labels). */
  targets: Matrix
  /** What part of training is done, step / steps in [0, 1): `step_frac` of the reference code (0-based step). */
  progress: number
  /** Of all labels that the training learns from, not of this batch alone. */
  labelSet: LabelStats
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
  method?: Partial<Called>
  compute(batch: LossBatch, params: Record<string, unknown>): LossValue
}

/** A loss whose parameters have the types of their table. */
export function defineLoss<const T extends ParamTable>(
  params: T,
  loss: Omit<LossVariant, 'params' | 'compute'> & { compute(batch: LossBatch, params: Values<T>): LossValue },
): LossVariant {
  return { ...loss, params, compute: (batch, values) => loss.compute(batch, values as Values<T>) }
}
