import { count, probability } from '../../answers'
import { mean } from '../../maths/statistics'
import type { MetricVariant } from '../metric'
import type { Under } from '../statistic'

export const auroc: MetricVariant = {
  id: 'auroc',
  title: 'AUROC',
  short: 'AUROC',
  help: 'How often an example of a class is held likelier to be of it than one of another class, equals counting half; of several classes the mean over each against the rest.',
  source: 'Hanley & McNeil 1982, Radiology 143',
  better: 'more',
  range: [0, 1],
  needs: 'probabilities',
  unit: 'number',
  of(answers, truth) {
    // Of two classes both areas are the same.
    const classes = answers.options === 2 ? [1] : Array.from({ length: answers.options }, (_, c) => c)
    const areas = classes.map((c) =>
      areaOf(
        Float64Array.from({ length: count(answers) }, (_, i) => probability(answers, i, c)),
        (i) => truth[i] === c,
      ),
    )
    if (areas.length === 1) return areas[0]!
    // Rows that lack a class have no area of it.
    return (weights) => mean(areas.map((area) => area(weights)).filter((area) => !Number.isNaN(area)))
  },
}

/**
 * Area under the curve of one class against the rest, for any weights: how often a row of the class stands above one of
 * the rest. Sorted once; then one walk along the ranks, without a branch, in which of equals the rest stand first: half of
 * what that counts too much is taken off after it.
 */
function areaOf(scores: Float64Array, isOf: (row: number) => boolean): Under {
  const order = Int32Array.from(scores, (_, i) => i).sort(
    (a, b) => scores[a]! - scores[b]! || Number(isOf(a)) - Number(isOf(b)),
  )
  const ofClass = Float64Array.from(order, (i) => (isOf(i) ? 1 : 0))
  const equals = equalsIn(order, scores, ofClass)
  const once = new Float64Array(scores.length).fill(1)
  return (weights) => {
    const times = weights ?? once
    // Numbers each declared alone: taken out of an array they double the time.
    let below = 0
    let above = 0
    let pairs = 0
    for (let rank = 0; rank < order.length; rank++) {
      const weight = times[order[rank]!]!
      const part = weight * ofClass[rank]!
      above += part
      below += weight - part
      pairs += part * below
    }
    for (const [first, middle, end] of equals)
      pairs -= (sumOf(times, order, first, middle) * sumOf(times, order, middle, end)) / 2
    return pairs / (below * above)
  }
}

/** Ranks of equal scores of the class and of the rest: of the rest up to the middle one. */
function equalsIn(order: Int32Array, scores: Float64Array, ofClass: Float64Array): [number, number, number][] {
  const out: [number, number, number][] = []
  let first = 0
  while (first < order.length) {
    let end = first + 1
    while (end < order.length && scores[order[end]!] === scores[order[first]!]) end++
    const middle = first + ofClass.subarray(first, end).indexOf(1)
    if (middle > first) out.push([first, middle, end])
    first = end
  }
  return out
}

function sumOf(times: Float64Array, order: Int32Array, first: number, end: number): number {
  let sum = 0
  for (let rank = first; rank < end; rank++) sum += times[order[rank]!]!
  return sum
}
