import type { Matrix } from '../maths/matrix'

/** What is to be said of a whole label set, where one batch is too small a sample of it. */
export interface LabelStats {
  /** Mean of the labels by class: what part of the examples each class has. */
  shares: Float64Array
  /** Largest probability of every label, ascending: how sure the labels are, and at what quantile. */
  confidences: Float64Array
}

/** Statistics of the labels that a training learns from, [n, classes] with rows that sum to 1. */
export function labelStats({ rows, cols, data }: Matrix): LabelStats {
  const shares = new Float64Array(cols)
  const confidences = new Float64Array(rows)
  for (let r = 0; r < rows; r++) {
    const row = data.subarray(r * cols, (r + 1) * cols)
    row.forEach((p, c) => (shares[c]! += p / rows))
    confidences[r] = Math.max(...row)
  }
  return { shares, confidences: confidences.sort() }
}
