import type { Rank } from '@tensorflow/tfjs'
import { joined, op } from './op'
import type { Runtime, Tensor, Tensor2D } from './runtime'

/** Heads of queries, heads of keys (and of values), columns of each. */
export interface Heads {
  queries: number
  keys: number
  size: number
}

/** Rotary positions (Su et al. 2021) as x · cos + (x · turn) · sin; `turn` [size, size] puts −second halves before firsts. */
export interface Rotation {
  cos: Tensor
  sin: Tensor
  turn: Tensor2D
}

/** A bucket of examples as attention sees it: `count` examples of `keys` rows, of which `queries` ask. */
export interface View {
  count: number
  keys: number
  queries: number
  /** First row among those of the keys, and among those of the queries. */
  keyStart: number
  queryStart: number
  /** Added to the scores [count, key heads, query heads of each · queries, keys]: very low where nothing is to be seen. */
  mask: Tensor | null
  /** Null: positions are in the rows already. That of the queries scales by 1 / sqrt(size), too. */
  rotations: { queries: Rotation; keys: Rotation } | null
}

/**
 * Attention (Vaswani et al. 2017) over every view, [rows of queries, query heads · size]. Heads lie side by side in the
 * columns; `rows` holds queries, keys and values, or, with queries apart, keys and values.
 */
export function attention(
  runtime: Runtime,
  heads: Heads,
  views: readonly View[],
  rows: Tensor2D,
  queriesApart: Tensor2D | null = null,
): Tensor2D {
  return op<Tensor2D>(
    runtime,
    queriesApart ? [queriesApart, rows] : [rows],
    () => {
      const saved: Tensor[] = []
      const outs = views.map((view) => {
        const { q, k, v } = separate(runtime, heads, view, rows, queriesApart)
        const { out, shares } = attend(runtime, q, k, v, view.mask)
        saved.push(q, k, v, shares, out)
        return toRows(runtime, out, heads.queries, view.queries)
      })
      return { value: joined(runtime, outs, 0), saved }
    },
    (dy, saved) => {
      const gradients = views.map((view, i) => {
        const own = saved.slice(5 * i, 5 * i + 5)
        return backward(runtime, heads, view, dy, own, queriesApart !== null)
      })
      return gradients[0]!.map((_, at) =>
        joined(
          runtime,
          gradients.map((g) => g[at]!),
          0,
        ),
      )
    },
  )
}

/**
 * softmax(q·kᵀ + mask)·v for stacks of matrices [.., rows, size]: where several query heads share a key head, their
 * rows come one after another.
 */
export function attend({ tf }: Runtime, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | null) {
  const scores = tf.matMul(q, k, false, true)
  const shares = tf.softmax(mask ? tf.add(scores, mask) : scores)
  return { shares, out: tf.matMul(shares, v) }
}

/**
 * Queries [count, key heads, query heads of each · queries, size], scaled, and keys and values [count, key heads, keys,
 * size] of a view; queries and keys turned by their positions.
 */
export function separate(runtime: Runtime, heads: Heads, view: View, rows: Tensor2D, queriesApart: Tensor2D | null) {
  const { tf } = runtime
  const { rotations } = view
  const first = queriesApart ? 0 : heads.queries
  const all = toHeads(runtime, rows, view.keyStart, view.count, view.keys, first + 2 * heads.keys)
  const part = (from: number, count: number) =>
    tf.slice(all, [0, from, 0, 0], [view.count, count, view.keys, heads.size])
  const queries = queriesApart
    ? toHeads(runtime, queriesApart, view.queryStart, view.count, view.queries, heads.queries)
    : part(0, heads.queries)
  const turned = rotations ? rotate(runtime, queries, rotations.queries) : tf.mul(queries, 1 / Math.sqrt(heads.size))
  const keys = part(first, heads.keys)
  return {
    q: reshaped(runtime, turned, [view.count, heads.keys, -1, heads.size]),
    k: rotations ? rotate(runtime, keys, rotations.keys) : keys,
    v: part(first + heads.keys, heads.keys),
  }
}

/** Gradients of the view's rows: of queries, keys and values, or of queries, then of keys and values. */
function backward(
  runtime: Runtime,
  heads: Heads,
  view: View,
  dy: Tensor2D,
  saved: Tensor[],
  areApart: boolean,
): Tensor2D[] {
  const { tf } = runtime
  const [q, k, v, shares, out] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor]
  const dHeads = toHeads(runtime, dy, view.queryStart, view.count, view.queries, heads.queries)
  const dOut = reshaped(runtime, dHeads, out.shape)
  const dShares = tf.matMul(dOut, v, false, true)
  // The softmax' own term, Σ dShares · shares over the keys, is Σ dOut · out over the columns.
  const dScores = tf.mul(shares, tf.sub(dShares, tf.sum(tf.mul(dOut, out), 3, true)))
  const dq = reshaped(runtime, tf.matMul(dScores, k), [view.count, heads.queries, view.queries, heads.size])
  const dk = tf.matMul(dScores, q, true, false)
  const dv = tf.matMul(shares, dOut, true, false)
  const { rotations } = view
  const dQueries = rotations ? rotate(runtime, dq, rotations.queries, -1) : tf.mul(dq, 1 / Math.sqrt(heads.size))
  const dKeys = rotations ? rotate(runtime, dk, rotations.keys, -1) : dk
  if (!areApart)
    return [toRows(runtime, tf.concat([dQueries, dKeys, dv], 1), heads.queries + 2 * heads.keys, view.keys)]
  return [
    toRows(runtime, dQueries, heads.queries, view.queries),
    toRows(runtime, tf.concat([dKeys, dv], 1), 2 * heads.keys, view.keys),
  ]
}

/** Turns heads [.., rows, size] by their positions, or back. */
function rotate({ tf }: Runtime, x: Tensor, { cos, sin, turn }: Rotation, sign: 1 | -1 = 1): Tensor {
  const size = x.shape.at(-1)!
  const flat = tf.reshape<Rank.R2>(x, [x.size / size, size])
  const turned = tf.mul(tf.reshape(tf.matMul(flat, turn), x.shape), sin)
  return sign > 0 ? tf.add(tf.mul(x, cos), turned) : tf.sub(tf.mul(x, cos), turned)
}

/** Rows of `count` examples from `start` on, as [count, heads, length, size]. */
function toHeads(runtime: Runtime, x: Tensor2D, start: number, count: number, length: number, heads: number): Tensor {
  const { tf } = runtime
  const [rows, columns] = x.shape
  const own = count * length === rows ? x : tf.slice(x, [start, 0], [count * length, columns])
  const size = columns / heads
  // A transposition that moves nothing is only a shape.
  if (length === 1 || heads === 1) return tf.reshape(own, [count, heads, length, size])
  return tf.transpose(tf.reshape(own, [count, length, heads, size]), [0, 2, 1, 3])
}

/** The way back: stacked heads as rows [count · length, heads · size]. */
export function toRows(runtime: Runtime, x: Tensor, heads: number, length: number): Tensor2D {
  const { tf } = runtime
  const size = x.shape.at(-1)!
  const count = x.size / (heads * length * size)
  const shape: [number, number] = [count * length, heads * size]
  if (length === 1 || heads === 1) return tf.reshape(x, shape)
  const stacked = reshaped(runtime, x, [count, heads, length, size])
  return tf.reshape(tf.transpose(stacked, [0, 2, 1, 3]), shape)
}

/** A kernel less where the shape is that already. */
function reshaped({ tf }: Runtime, x: Tensor, shape: number[]): Tensor {
  const fits = shape.every((side, axis) => side === -1 || side === x.shape[axis])
  return fits ? x : tf.reshape(x, shape)
}
