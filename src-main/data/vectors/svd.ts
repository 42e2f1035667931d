import type { Rng } from '../../science/maths/rng'
import type { SparseMatrix } from './cooccurrence'

/** A tall dense matrix of doubles, row-major. */
export interface Dense {
  rows: number
  cols: number
  data: Float64Array
}

/** More directions than asked for: the last ones converge slowest (Halko, Martinsson & Tropp 2011, §4.2). */
const OVERSAMPLING = 20
const ITERATIONS = 4
/** How often `step` is called by one decomposition. */
export const SVD_STEPS = 2 * ITERATIONS + 2

/**
 * The `rank` largest singular values and left singular vectors of a sparse matrix, by randomised subspace iteration
 * (Halko, Martinsson & Tropp 2011, algorithm 4.4). Deterministic for a given generator.
 * @param step called after every pass over the matrix; what it throws ends the work
 */
export async function leftSingular(
  a: SparseMatrix,
  rank: number,
  rng: Rng,
  step: () => void | Promise<void>,
): Promise<{ vectors: Dense; values: Float64Array }> {
  const width = Math.min(a.size, rank + OVERSAMPLING)
  const start: Dense = {
    rows: a.size,
    cols: width,
    data: Float64Array.from({ length: a.size * width }, () => rng.normal()),
  }
  let q = orthonormal(multiply(a, start))
  await step()
  for (let i = 0; i < ITERATIONS; i++) {
    const back = orthonormal(multiplyTransposed(a, q))
    await step()
    q = orthonormal(multiply(a, back))
    await step()
  }
  const projected = multiplyTransposed(a, q)
  const { values, vectors } = symmetricEigen(gram(projected), width)
  await step()
  return {
    vectors: timesSmall(q, vectors, width, rank),
    values: values.slice(0, rank).map((x) => Math.sqrt(Math.max(0, x))),
  }
}

function multiply(a: SparseMatrix, x: Dense): Dense {
  const { cols } = x
  const out = new Float64Array(a.size * cols)
  for (let i = 0; i < a.size; i++) {
    for (let k = a.starts[i]!; k < a.starts[i + 1]!; k++) {
      const value = a.values[k]!
      if (value === 0) continue
      const from = a.columns[k]! * cols
      for (let c = 0, to = i * cols; c < cols; c++) out[to + c]! += value * x.data[from + c]!
    }
  }
  return { rows: a.size, cols, data: out }
}

function multiplyTransposed(a: SparseMatrix, x: Dense): Dense {
  const { cols } = x
  const out = new Float64Array(a.size * cols)
  for (let i = 0; i < a.size; i++) {
    for (let k = a.starts[i]!; k < a.starts[i + 1]!; k++) {
      const value = a.values[k]!
      if (value === 0) continue
      const to = a.columns[k]! * cols
      for (let c = 0, from = i * cols; c < cols; c++) out[to + c]! += value * x.data[from + c]!
    }
  }
  return { rows: a.size, cols, data: out }
}

/** XᵀX, [cols, cols]. */
function gram({ rows, cols, data }: Dense): Float64Array {
  const out = new Float64Array(cols * cols)
  for (let r = 0; r < rows; r++) {
    const at = r * cols
    for (let i = 0; i < cols; i++) {
      const x = data[at + i]!
      for (let j = i; j < cols; j++) out[i * cols + j]! += x * data[at + j]!
    }
  }
  for (let i = 0; i < cols; i++) for (let j = 0; j < i; j++) out[i * cols + j] = out[j * cols + i]!
  return out
}

/**
 * An orthonormal basis of the columns: Cholesky QR, twice (Yamamoto et al. 2015), which reads a tall matrix row by row.
 * The columns of a random projection are far from dependent, so the first pass does not break down.
 */
function orthonormal(x: Dense): Dense {
  return choleskyQr(choleskyQr(x))
}

function choleskyQr(x: Dense): Dense {
  const { rows, cols } = x
  const upper = cholesky(gram(x), cols)
  const data = x.data.slice()
  for (let r = 0; r < rows; r++) {
    const at = r * cols
    for (let i = 0; i < cols; i++) {
      const q = (data[at + i]! /= upper[i * cols + i]!)
      for (let j = i + 1; j < cols; j++) data[at + j]! -= q * upper[i * cols + j]!
    }
  }
  return { rows, cols, data }
}

/** R with RᵀR = G, upper triangular. */
function cholesky(g: Float64Array, n: number): Float64Array {
  const r = g.slice()
  for (let i = 0; i < n; i++) {
    const pivot = r[i * n + i]!
    if (!(pivot > 0)) throw new Error(`singular vectors: expected ${n} independent directions, got ${i}`)
    const root = Math.sqrt(pivot)
    for (let j = i; j < n; j++) r[i * n + j]! /= root
    for (let k = i + 1; k < n; k++) {
      const factor = r[i * n + k]!
      for (let j = k; j < n; j++) r[k * n + j]! -= factor * r[i * n + j]!
    }
  }
  return r
}

/** X times the first `count` columns of a [n, n] matrix. */
function timesSmall(x: Dense, small: Float64Array, n: number, count: number): Dense {
  const data = new Float64Array(x.rows * count)
  for (let r = 0; r < x.rows; r++) {
    for (let k = 0; k < n; k++) {
      const value = x.data[r * n + k]!
      for (let c = 0; c < count; c++) data[r * count + c]! += value * small[k * n + c]!
    }
  }
  return { rows: x.rows, cols: count, data }
}

/** Eigenvalues, falling, and eigenvectors (columns) of a symmetric [n, n] matrix by cyclic Jacobi rotations. */
export function symmetricEigen(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice()
  const v = new Float64Array(n * n)
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  const scale = a.reduce((sum, x) => sum + x * x, 0)
  const offDiagonal = () => a.reduce((sum, x, k) => (k % (n + 1) === 0 ? sum : sum + x * x), 0)
  while (offDiagonal() > 1e-28 * scale) {
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q)
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * (n + 1)]! - a[i * (n + 1)]!)
  const vectors = new Float64Array(n * n)
  order.forEach((from, to) => {
    for (let r = 0; r < n; r++) vectors[r * n + to] = v[r * n + from]!
  })
  return { values: Float64Array.from(order, (i) => a[i * (n + 1)]!), vectors }
}

/** One Jacobi rotation: makes a[p, q] zero (Golub & Van Loan, §8.5). */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!
  if (apq === 0) return
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq)
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  turn(a, n, p, q, c, s, n)
  turn(a, n, p, q, c, s, 1)
  turn(v, n, p, q, c, s, n)
}

/** Turns columns p and q (stride n between their entries) or rows p and q (stride 1). */
function turn(m: Float64Array, n: number, p: number, q: number, c: number, s: number, stride: number): void {
  const across = stride === 1 ? n : 1
  for (let k = 0; k < n; k++) {
    const [i, j] = [k * stride + p * across, k * stride + q * across]
    const [x, y] = [m[i]!, m[j]!]
    m[i] = c * x - s * y
    m[j] = s * x + c * y
  }
}
