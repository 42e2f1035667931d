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

/**
 * The linear layer that says of values what another says of them once they are standardised:
 * w' = scale · w and b' = b − Σ mean · scale · w.
 * @param layer weight [width, outputs] and bias [outputs], y = x·w + b
 */
export function unstandardised({ weight, bias }: Linear, { mean, scale }: Standardiser): Linear {
  const outputs = bias.length
  const sums = Float64Array.from(bias)
  const scaled = weight.map((value, at) => {
    const column = Math.floor(at / outputs)
    sums[at % outputs]! -= mean[column]! * scale[column]! * value
    return scale[column]! * value
  })
  return { weight: scaled, bias: Float32Array.from(sums) }
}
interface Linear {
  weight: Float32Array
  bias: Float32Array
}

/** The standardised matrix, [n, width]. */
export function standardise({ rows, cols, data }: Matrix, { mean, scale }: Standardiser): Matrix {
  const out = zeros(rows, cols)
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < cols; c++) out.data[r * cols + c] = (data[r * cols + c]! - mean[c]!) * scale[c]!
  return out
}
