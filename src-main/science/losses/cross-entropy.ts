import { softmaxRow, zeros, type Matrix } from '../maths/matrix'

/** Probabilities of class 0 of [n, classes] logits, in double precision. */
export function firstClass(logits: Matrix): Float64Array {
  const p = new Float64Array(logits.cols)
  return Float64Array.from({ length: logits.rows }, (_, r) => (softmaxRow(logits, r, p), p[0]!))
}

/** What several teachers say as one target, [n, classes] row-major: cross-entropy is linear in it. `shares` sum to 1. */
export function mixture(teachers: readonly Matrix[], shares: ArrayLike<number>): Float64Array {
  const mixed = new Float64Array(teachers[0]!.data.length)
  teachers.forEach(({ data }, t) => data.forEach((p, i) => (mixed[i]! += shares[t]! * p)))
  return mixed
}

/**
 * Mean cross-entropy −Σ w t log softmax(z) over the rows, in nats, and its gradient w (softmax(z)·Σt − t) / n.
 * Computed in double precision; the gradient is rounded once, at the end.
 * @param targets [n, classes] row-major, held constant (no gradient flows through them)
 * @param weights [n], 1 on average over the label set; 1 each where they are not given
 */
export function crossEntropy(
  logits: Matrix,
  targets: ArrayLike<number>,
  weights?: ArrayLike<number>,
): { loss: number; dLogits: Matrix } {
  const { rows: n, cols: k } = logits
  const dLogits = zeros(n, k)
  const p = new Float64Array(k)
  let loss = 0
  for (let r = 0; r < n; r++) {
    const logSum = softmaxRow(logits, r, p)
    const weight = weights?.[r] ?? 1
    let mass = 0
    for (let c = 0; c < k; c++) {
      mass += targets[r * k + c]!
      loss += weight * targets[r * k + c]! * (logSum - logits.data[r * k + c]!)
    }
    for (let c = 0; c < k; c++) dLogits.data[r * k + c] = (weight * (p[c]! * mass - targets[r * k + c]!)) / n
  }
  return { loss: loss / n, dLogits }
}
