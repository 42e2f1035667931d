import type { ModelProgress } from '../../../src-preload/contract'

/** Milliseconds of progress before a rate means anything. */
const LEAST = 1000

/**
 * Tells how long the current total will still take, from its mean rate so far; null while that cannot be told.
 * @param now milliseconds
 */
export function createEta(now: () => number = Date.now): (progress: ModelProgress) => number | null {
  let from = { done: 0, total: -1, at: 0 }
  return ({ done, total }) => {
    // What an interrupted fetch has left counts as done at once, which is no rate.
    if (total !== from.total || done < from.done) from = { done, total, at: now() }
    const [gained, took] = [done - from.done, now() - from.at]
    return gained > 0 && took >= LEAST ? ((total - done) * took) / gained / 1000 : null
  }
}
