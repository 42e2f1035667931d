import { count, distribution } from '../../answers'
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
    const rows = Array.from({ length: count(answers) }, (_, i) => distribution(answers, i))
    // Of two classes both areas are the same.
    const classes = answers.options === 2 ? [1] : Array.from({ length: answers.options }, (_, c) => c)
    const areas = classes.map((c) =>
      areaOf(
        Float64Array.from(rows, (row) => row[c]!),
        (i) => truth[i] === c,
      ),
    )
    if (areas.length === 1) return areas[0]!
    // Rows that lack a class have no area of it.
    return (weights) => mean(areas.map((area) => area(weights)).filter((area) => !Number.isNaN(area)))
  },
}

/** Area under the curve of one class against the rest: sorted once, then one walk along the ranks for any weights. */
function areaOf(scores: Float64Array, isOf: (row: number) => boolean): Under {
  const order = Int32Array.from(scores, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!)
  const positive = Float64Array.from(order, (i) => (isOf(i) ? 1 : 0))
  const last = Uint8Array.from(order, (i, rank) => (scores[i] === scores[order[rank + 1] ?? -1] ? 0 : 1))
  return (weights) => {
    let [below, above, pairs, ofRest, ofClass] = [0, 0, 0, 0, 0]
    for (let rank = 0; rank < order.length; rank++) {
      const weight = weights ? weights[order[rank]!]! : 1
      const part = weight * positive[rank]!
      ofClass += part
      ofRest += weight - part
      if (last[rank] === 0) continue
      pairs += ofClass * (below + ofRest / 2)
      below += ofRest
      above += ofClass
      ofRest = 0
      ofClass = 0
    }
    return pairs / (below * above)
  }
}
