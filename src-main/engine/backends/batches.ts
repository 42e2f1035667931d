import { zeros, type Matrix } from '../../science/maths/matrix'
import { tensorsOf, type NetSpec } from '../../science/models/net'
import type { Batch, Learner, TokenBatch } from './learner'

/** The examples `indices` of a batch, in that order; an index may come twice. */
export function takeExamples(batch: Batch, indices: ArrayLike<number>): Batch {
  const n = indices.length
  if ('dense' in batch) {
    const { cols, data } = batch.dense
    const dense = zeros(n, cols)
    for (let row = 0; row < n; row++) {
      const at = indices[row]! * cols
      dense.data.set(data.subarray(at, at + cols), row * cols)
    }
    return { n, dense }
  }
  const offsets = new Int32Array(n + 1)
  for (let row = 0; row < n; row++) {
    const i = indices[row]!
    offsets[row + 1] = offsets[row]! + batch.offsets[i + 1]! - batch.offsets[i]!
  }
  const tokens = new Int32Array(offsets[n]!)
  for (let row = 0; row < n; row++) {
    const i = indices[row]!
    tokens.set(batch.tokens.subarray(batch.offsets[i], batch.offsets[i + 1]), offsets[row])
  }
  return { n, tokens, offsets }
}

/** The examples [start, end) of a batch, without copying dense features. */
export function sliceExamples(batch: Batch, start: number, end: number): Batch {
  if (start === 0 && end === batch.n) return batch
  if (!('dense' in batch))
    return takeExamples(
      batch,
      Array.from({ length: end - start }, (_, i) => start + i),
    )
  const { cols, data } = batch.dense
  return { n: end - start, dense: { rows: end - start, cols, data: data.subarray(start * cols, end * cols) } }
}

/**
 * A batch in consecutive pieces to be predicted one after the other, so that whoever does so can stop in between. Only
 * transformers are slow enough for it to matter.
 */
export function* piecesOf({ net, pieces }: Pick<Learner, 'net' | 'pieces'>, batch: Batch): Generator<Batch> {
  if (net.kind !== 'transformer' || 'dense' in batch) {
    yield batch
    return
  }
  const tokens = Math.max(pieces.tokens, pieces.work / multipliedWeights(net))
  for (let start = 0, end = 0; start < batch.n; start = end) {
    const limit = batch.offsets[start]! + tokens
    do end++
    while (end < batch.n && (end - start < pieces.examples || batch.offsets[end + 1]! <= limit))
    yield sliceExamples(batch, start, end)
  }
}

/** Weights that every token of a transformer is multiplied by: all but the tables that its rows are read from. */
function multipliedWeights(net: NetSpec): number {
  return tensorsOf(net)
    .filter(({ name }) => !['tokens.weight', 'positions.weight', 'types.weight'].includes(name))
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0)
}

/**
 * A ragged batch as a product: mean embeddings [n, width] = `average` [n, u] · embeddings[`tokens`] [u, width], where
 * `tokens` are the u distinct tokens of the batch in order of first use, and average[i, j] = how often example i has
 * token j, divided by its length. An example without tokens has a row of zeros.
 */
export function averagingOf(batch: TokenBatch): { tokens: Int32Array; average: Matrix } {
  const column = new Map<number, number>()
  for (const token of batch.tokens) if (!column.has(token)) column.set(token, column.size)
  if (column.size === 0) column.set(0, 0) // tensors without columns are not worth a special case below
  const average = zeros(batch.n, column.size)
  for (let i = 0; i < batch.n; i++) {
    const [start, end] = [batch.offsets[i]!, batch.offsets[i + 1]!]
    for (let t = start; t < end; t++)
      average.data[i * column.size + column.get(batch.tokens[t]!)!]! += 1 / (end - start)
  }
  return { tokens: Int32Array.from(column.keys()), average }
}

/** Mean embedding of every example, [n, width], summed in double precision; zeros for an example without tokens. */
export function poolEmbeddings(batch: TokenBatch, embeddings: Float32Array, width: number): Matrix {
  const pooled = zeros(batch.n, width)
  const sum = new Float64Array(width)
  for (let i = 0; i < batch.n; i++) {
    const [start, end] = [batch.offsets[i]!, batch.offsets[i + 1]!]
    sum.fill(0)
    for (let t = start; t < end; t++) {
      const at = batch.tokens[t]! * width
      for (let c = 0; c < width; c++) sum[c]! += embeddings[at + c]!
    }
    for (let c = 0; c < width; c++) pooled.data[i * width + c] = sum[c]! / Math.max(1, end - start)
  }
  return pooled
}
