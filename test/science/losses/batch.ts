import type { LossBatch } from '../../../src-main/science/losses/loss'
import type { Matrix } from '../../../src-main/science/maths/matrix'

/** A batch that is all there is to learn from. */
export function batchOf(
  logits: Matrix,
  targets: Matrix,
  progress = 0,
  more: Pick<LossBatch, 'weights' | 'teachers'> = {},
): LossBatch {
  return { logits, targets, progress, ...more }
}
