import type { ModelProgress } from '../../../src-preload/contract'

/** What must have passed before a rate means anything: milliseconds, and a share of the total. */
const LEAST = { time: 1000, share: 0.005 }

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
    return gained >= LEAST.share * total && took >= LEAST.time
      ? (Math.max(0, total - done) * took) / gained / 1000
      : null
  }
}
