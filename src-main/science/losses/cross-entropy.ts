import { zeros, type Matrix } from '../maths/matrix'

/** Softmax of one row of logits into `out`, in double precision; returns log of the sum of exponentials. */
function softmaxRow(logits: Matrix, row: number, out: Float64Array): number {
  const k = logits.cols
  let max = -Infinity
  for (let c = 0; c < k; c++) max = Math.max(max, logits.data[row * k + c]!)
  let sum = 0
  for (let c = 0; c < k; c++) sum += out[c] = Math.exp(logits.data[row * k + c]! - max)
  for (let c = 0; c < k; c++) out[c]! /= sum
  return max + Math.log(sum)
}

/** Probabilities of class 0 of [n, classes] logits, in double precision. */
export function firstClass(logits: Matrix): Float64Array {
  const p = new Float64Array(logits.cols)
  return Float64Array.from({ length: logits.rows }, (_, r) => (softmaxRow(logits, r, p), p[0]!))
}

/**
 * Mean cross-entropy −Σ t log softmax(z) over the rows, in nats, and its gradient (softmax(z)·Σt − t) / n.
 * Computed in double precision; the gradient is rounded once, at the end.
 * @param targets [n, classes] row-major, held constant (no gradient flows through them)
 */
export function crossEntropy(logits: Matrix, targets: ArrayLike<number>): { loss: number; dLogits: Matrix } {
  const { rows: n, cols: k } = logits
  const dLogits = zeros(n, k)
  const p = new Float64Array(k)
  let loss = 0
  for (let r = 0; r < n; r++) {
    const logSum = softmaxRow(logits, r, p)
    let mass = 0
    for (let c = 0; c < k; c++) {
      mass += targets[r * k + c]!
      loss += targets[r * k + c]! * (logSum - logits.data[r * k + c]!)
    }
    for (let c = 0; c < k; c++) dLogits.data[r * k + c] = (p[c]! * mass - targets[r * k + c]!) / n
  }
  return { loss: loss / n, dLogits }
}
