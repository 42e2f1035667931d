import type { Matrix } from '../maths/matrix'
import type { ParamTable } from '../spec/params'

/** Value and gradient of a loss over one whole batch. */
export interface LossValue {
  /** Mean over the batch, in nats. */
  loss: number
  /** d loss / d logits, [n, classes]. */
  dLogits: Matrix
  /** Quantities worth plotting beside the loss, e.g. `alpha`. */
  extras: Record<string, number>
}

/** One file a variant: a pure function of the whole batch (logconf's threshold needs all of it). */
export interface LossVariant {
  id: string
  title: string
  help: string
  source: string
  params: ParamTable
  /**
   * @param logits [n, classes]
   * @param targets [n, classes], rows sum to 1 (soft labels) or one-hot (hard labels)
   * @param progress step / steps in [0, 1), `step_frac` of the reference code (0-based step)
   */
  compute(logits: Matrix, targets: Matrix, progress: number, params: Record<string, unknown>): LossValue
}
