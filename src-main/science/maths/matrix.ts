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

/** Softmax of a row in place, in double precision; returns log of the sum of exponentials. */
export function softmaxInPlace(row: Float64Array): number {
  let max = -Infinity
  for (const z of row) max = Math.max(max, z)
  let sum = 0
  for (let c = 0; c < row.length; c++) sum += row[c] = Math.exp(row[c]! - max)
  for (let c = 0; c < row.length; c++) row[c]! /= sum
  return max + Math.log(sum)
}

/** Softmax of one row of logits into `out`; returns log of the sum of exponentials. */
export function softmaxRow(logits: Matrix, row: number, out: Float64Array): number {
  out.set(logits.data.subarray(row * logits.cols, (row + 1) * logits.cols))
  return softmaxInPlace(out)
}

/** Row-wise softmax of [n, classes] logits, computed in double precision with the maximum subtracted. */
export function softmax(logits: Matrix): Matrix {
  const out = zeros(logits.rows, logits.cols)
  const row = new Float64Array(logits.cols)
  for (let r = 0; r < logits.rows; r++) {
    softmaxRow(logits, r, row)
    out.data.set(row, r * logits.cols)
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
