import { createRng } from '../maths/rng'

/** How often each group was drawn in one resample, [groups]. */
export type Times = Uint8Array

/** Bytes of draws that are kept: those of 3,000 groups. */
const KEPT = 2 ** 25
let kept: { name: string; all: Times } | null = null

/**
 * Visits resamples of so many groups, each as many draws with replacement. The stream depends on the number of groups and
 * the seed alone, so that the arms of a task, which share a test split, are drawn alike: what was drawn last is kept for
 * the next of them. A group counts in one byte; 256 times of all draws would be the same one once in 10^500 resamples.
 */
export function resample(
  groups: number,
  resamples: number,
  seed: number,
  visit: (times: Times, resample: number) => void,
): void {
  const fits = groups * resamples <= KEPT
  const name = `${groups}/${seed}`
  const known = kept?.name === name && kept.all.length >= groups * resamples ? kept.all : null
  const all = known ?? new Uint8Array(fits ? groups * resamples : groups)
  const drawn = new Int32Array(groups)
  const rng = createRng(`bootstrap/${seed}`)
  for (let r = 0; r < resamples; r++) {
    const times = fits ? all.subarray(r * groups, (r + 1) * groups) : all
    if (!known) {
      if (!fits) times.fill(0)
      rng.ints(groups, drawn)
      for (let g = 0; g < groups; g++) times[drawn[g]!]!++
    }
    visit(times, r)
  }
  if (fits && !known) kept = { name, all }
}
