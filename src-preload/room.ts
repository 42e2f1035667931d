// What window and lab say of the memory that a plan takes.

/** Memory of a stage while it is computed, in bytes; of those that hold the same, the one that takes most. */
export interface StageRoom {
  /** What it and those of the like do, e.g. "Train students". */
  heading: string
  title: string
  weights: number
  gradients: number
  /** AdamW's two. */
  moments: number
  /** At the largest batch, at most as much as micro-batches leave. */
  activations: number
  /** What a pass has beside them: weights in the shape of its products, on a card what is taken ahead. */
  workspace: number
  /** The texts as the net reads them, in the machine's memory. */
  inputs: number
  /** What its learner, or one of its like, held of the net when it was measured in this session; null where none was. */
  measured: number | null
  /** All else: the runtime, texts, what libraries keep. */
  process: number
  total: number
  /** Whether the total is what past stages of the like took here at most; else it is as measured, or by sizes. */
  seen: boolean
}
/** Of the stages that run at a time, as many of the largest, whichever these will be: their memory is at most so much. */
export interface Together {
  stages: number
  bytes: number
}
