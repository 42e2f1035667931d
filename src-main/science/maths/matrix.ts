/** A dense row-major matrix of single-precision numbers: `data[row * cols + col]`. Logits are [examples, classes]. */
export interface Matrix {
  rows: number
  cols: number
  data: Float32Array
}

/** A matrix of zeros. */
export function zeros(rows: number, cols: number): Matrix {
  return { rows, cols, data: new Float32Array(rows * cols) }
}

/** Row-wise softmax of [n, classes] logits, computed in double precision with the maximum subtracted. */
export function softmax(logits: Matrix): Matrix {
  const out = zeros(logits.rows, logits.cols)
  for (let r = 0; r < logits.rows; r++) {
    const at = r * logits.cols
    let max = -Infinity
    for (let c = 0; c < logits.cols; c++) max = Math.max(max, logits.data[at + c]!)
    let sum = 0
    for (let c = 0; c < logits.cols; c++) sum += Math.exp(logits.data[at + c]! - max)
    for (let c = 0; c < logits.cols; c++) out.data[at + c] = Math.exp(logits.data[at + c]! - max) / sum
  }
  return out
}

/** Index of the largest entry of each row; the first one on a tie. */
export function argmax(m: Matrix): Uint8Array {
  const out = new Uint8Array(m.rows)
  for (let r = 0; r < m.rows; r++) {
    let best = 0
    for (let c = 1; c < m.cols; c++) if (m.data[r * m.cols + c]! > m.data[r * m.cols + best]!) best = c
    out[r] = best
  }
  return out
}
