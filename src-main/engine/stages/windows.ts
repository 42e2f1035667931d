import { createRng } from '../../science/maths/rng'
import type { TokenBatch } from '../backends/learner'
import { ragged } from './inputs/reading'

/** Texts that are scored at a time. */
const SCORED = 16

/** A text in windows of at most `longest` predicted tokens, each beginning with the last token of the one before. */
export function windowsOf(text: Int32Array, end: number, longest: number): Int32Array[] {
  const whole = new Int32Array(text.length + 1)
  whole.set(text)
  whole[text.length] = end
  const windows: Int32Array[] = []
  for (let start = 0; start + 1 < whole.length; start += longest)
    windows.push(whole.subarray(start, start + longest + 1))
  return windows
}

/** Texts in batches of so many as are scored at a time. */
export function batchesIn(texts: readonly ArrayLike<number>[]): TokenBatch[] {
  const batches: TokenBatch[] = []
  for (let at = 0; at < texts.length; at += SCORED) batches.push(ragged(texts.slice(at, at + SCORED)))
  return batches
}

/** All windows in another order every epoch, put together to batches of about as many tokens as asked for, without end. */
export function* shuffledBatches(
  windows: readonly Int32Array[],
  batchTokens: number,
  seed: number,
): Generator<TokenBatch, never> {
  const rng = createRng(`language ${seed}`)
  let batch: Int32Array[] = []
  let size = 0
  for (;;)
    for (const window of rng.shuffle(windows)) {
      batch.push(window)
      size += window.length
      if (size < batchTokens) continue
      yield ragged(batch)
      batch = []
      size = 0
    }
}
