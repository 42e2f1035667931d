import { confidence, decisions } from '../../answers'
import { right } from '../accuracy'
import type { MetricVariant } from '../metric'

/** Bins of equal width, as many as in the paper's experiments; each has its upper end. */
const BINS = 15

export const ece: MetricVariant = {
  id: 'ece',
  title: 'Calibration error',
  short: 'ECE',
  help: 'Expected calibration error: how far the confidence of decisions lies from the share of them that is right, in 15 bins of confidence of equal width.',
  source: 'arXiv 1706.04599 2',
  better: 'less',
  range: [0, 1],
  needs: 'probabilities',
  unit: 'number',
  of(answers, truth) {
    const sure = confidence(answers)
    const good = right(decisions(answers), truth)
    const off = sure.map((p, i) => good[i]! - p)
    const bin = Uint8Array.from(sure, (p) => Math.min(BINS - 1, Math.max(0, Math.ceil(p * BINS) - 1)))
    // Bin by bin, so that a sum need not be found again for every row.
    const order = Int32Array.from(bin, (_, i) => i).sort((a, b) => bin[a]! - bin[b]!)
    const sorted = Float64Array.from(order, (i) => off[i]!)
    const ends = endsOf(bin)
    const once = new Float64Array(bin.length).fill(1)
    return (weights) => {
      const times = weights ?? once
      // Plain loops over numbers declared alone: they take half the time of the shorter ways to write them.
      let distance = 0
      let among = 0
      let at = 0
      for (let b = 0; b < BINS; b++) {
        const end = ends[b]!
        let sum = 0
        for (; at < end; at++) {
          const weight = times[order[at]!]!
          sum += weight * sorted[at]!
          among += weight
        }
        distance += Math.abs(sum)
      }
      return distance / among
    }
  },
}

/** Where each bin ends among sorted rows, [BINS]. */
function endsOf(bin: Uint8Array): Int32Array {
  const ends = new Int32Array(BINS)
  for (const of of bin) ends[of]!++
  for (let b = 1; b < BINS; b++) ends[b]! += ends[b - 1]!
  return ends
}
