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
    const sums = new Float64Array(BINS)
    return (weights) => {
      sums.fill(0)
      let among = 0
      for (let i = 0; i < bin.length; i++) {
        const weight = weights ? weights[i]! : 1
        sums[bin[i]!]! += weight * off[i]!
        among += weight
      }
      let sum = 0
      for (let b = 0; b < BINS; b++) sum += Math.abs(sums[b]!)
      return sum / among
    }
  },
}
