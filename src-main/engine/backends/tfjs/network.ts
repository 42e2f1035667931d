import type { Batch } from '../learner'
import type { Tensor2D } from './runtime'

/** Some examples of a batch that go through a net together; their places in the batch. */
export interface Piece {
  examples: readonly number[]
}

/** A kind of net: how a batch becomes logits. */
export interface Network<P extends Piece = Piece> {
  /** The whole batch, in pieces that fit into memory: those of `training` keep what backward needs. */
  split(batch: Batch, purpose: 'training' | 'prediction'): P[]
  /**
   * Makes ready what no gradient goes through, in the scope of the caller, off the tape; the rest, [examples of the
   * piece, outputs], is made by a call of the result, on the tape or off it.
   */
  open(batch: Batch, piece: P): () => Tensor2D
}
