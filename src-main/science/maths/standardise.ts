import { zeros, type Matrix } from './matrix'

/** Mean and scale of every column: a value is standardised as (x − mean) · scale. */
export interface Standardiser {
  mean: Float64Array
  scale: Float64Array
}

/** Columns that vary less than this are left at 0: dividing by their deviation would only blow up rounding errors. */
const LEAST_DEVIATION = 1e-7

/**
 * Mean and inverse standard deviation (of the population) of each column.
 * @param m [n, width], n at least 1
 */
export function standardiser({ rows, cols, data }: Matrix): Standardiser {
  const mean = new Float64Array(cols)
  const scale = new Float64Array(cols)
  for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) mean[c]! += data[r * cols + c]! / rows
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < cols; c++) scale[c]! += (data[r * cols + c]! - mean[c]!) ** 2 / rows
  for (let c = 0; c < cols; c++) {
    const deviation = Math.sqrt(scale[c]!)
    scale[c] = deviation < LEAST_DEVIATION ? 0 : 1 / deviation
  }
  return { mean, scale }
}

/** The standardised matrix, [n, width]. */
export function standardise({ rows, cols, data }: Matrix, { mean, scale }: Standardiser): Matrix {
  const out = zeros(rows, cols)
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < cols; c++) out.data[r * cols + c] = (data[r * cols + c]! - mean[c]!) * scale[c]!
  return out
}
