import type { TransformerSpec } from '../../../science/models/net'
import type { TokenBatch } from '../learner'
import type { Rotation, View } from './attention'
import type { Bucket, Part } from './packing'
import type { Runtime, Tensor } from './runtime'

/** Added to the scores of what must not be seen: far below any score, and no infinity that could become a NaN. */
export const HIDDEN = -1e9

/** One way of a part through a transformer: where its rows come from, and what attention sees of them. */
export interface Pass {
  part: Part
  /** Of every row; padding has token 0. */
  tokens: Int32Array
  positions: Int32Array
  /** The row that the head reads of each example with tokens: its first or its last one. */
  readRows: Int32Array
  views: View[]
  /** In a last block that computes only what the head reads: one query an example. Null: it computes all. */
  shortViews: View[] | null
}

/** Puts a part onto the device, in the scope of the caller. `shortens`: the head reads one row an example. */
export function openPass(
  runtime: Runtime,
  net: TransformerSpec,
  batch: TokenBatch,
  part: Part,
  shortens: boolean,
): Pass {
  const tokens = new Int32Array(part.rows)
  const positions = new Int32Array(part.rows)
  const readRows: number[] = []
  const views: View[] = []
  const shortViews: View[] = []
  const rotate = rotator(runtime, net)
  for (const bucket of part.buckets) {
    const { examples, lengths, length, start } = bucket
    views.push(viewOf(runtime, net, bucket, rotate))
    if (shortens) shortViews.push(shortViewOf(runtime, net, bucket, rotate, readRows.length))
    examples.forEach((example, i) => {
      const row = start + i * length
      const from = batch.offsets[example]!
      tokens.set(batch.tokens.subarray(from, from + lengths[i]!), row)
      for (let p = 0; p < length; p++) positions[row + p] = p
      readRows.push(row + readAt(net, lengths[i]!))
    })
  }
  return {
    part,
    tokens,
    positions,
    readRows: Int32Array.from(readRows),
    views,
    shortViews: shortens ? shortViews : null,
  }
}

/** Position of the token whose hidden state the head reads. */
const readAt = ({ pooling }: TransformerSpec, length: number) => (pooling === 'last' ? length - 1 : 0)

/** Every row asks. */
function viewOf(runtime: Runtime, net: TransformerSpec, bucket: Bucket, rotate: Rotator | null): View {
  const { examples, length, start } = bucket
  const positions = Array.from({ length }, (_, p) => p)
  return {
    ...{ count: examples.length, keys: length, queries: length, keyStart: start, queryStart: start },
    mask: net.causal ? triangle(runtime, net, length) : hiding(runtime, bucket.lengths, length),
    rotations: rotate && { keys: rotate(positions, false), queries: rotate(positions, false, net.headSize ** -0.5) },
  }
}

/** Only the rows that the head reads ask. */
function shortViewOf(
  runtime: Runtime,
  net: TransformerSpec,
  bucket: Bucket,
  rotate: Rotator | null,
  queryStart: number,
): View {
  const positions = bucket.lengths.map((length) => readAt(net, length))
  const visible = net.causal ? positions.map((p) => p + 1) : bucket.lengths
  const view = viewOf(runtime, net, bucket, rotate)
  const queries = rotate?.(positions, true, net.headSize ** -0.5)
  return {
    ...{ ...view, queries: 1, queryStart },
    mask: hiding(runtime, visible, bucket.length),
    rotations: queries ? { keys: view.rotations!.keys, queries } : null,
  }
}

/** [query heads of a key head · length, length]: no token sees one after it, and so none sees the padding. */
function triangle({ tf }: Runtime, { heads, kvHeads }: TransformerSpec, length: number): Tensor | null {
  if (length === 1) return null
  const rows = (heads / kvHeads) * length
  const mask = new Float32Array(rows * length)
  for (let r = 0; r < rows; r++) mask.fill(HIDDEN, r * length + (r % length) + 1, (r + 1) * length)
  return tf.tensor2d(mask, [rows, length])
}

/** [examples, 1, 1, length]: hides the keys from `visible` of each example on; null when there is nothing to hide. */
function hiding({ tf }: Runtime, visible: readonly number[], length: number): Tensor | null {
  if (visible.every((count) => count === length)) return null
  const mask = new Float32Array(visible.length * length)
  visible.forEach((count, i) => mask.fill(HIDDEN, i * length + count, (i + 1) * length))
  return tf.tensor4d(mask, [visible.length, 1, 1, length])
}

/** The rotation of rows at such positions, or (`each`) of one row for each example, times `scale`. */
type Rotator = (positions: readonly number[], each: boolean, scale?: number) => Rotation

/**
 * Null when positions are learned. cos and sin of position / base^(2 i / columns); columns that do not turn have 1 and 0.
 */
export function rotator({ tf }: Runtime, { headSize, positions }: TransformerSpec): Rotator | null {
  if (positions.kind === 'learned') return null
  const { columns, base } = positions
  const half = columns / 2
  // x · turn has −x[i + half] at i, x[i] at i + half, and else zeros.
  const turned = new Float32Array(headSize * headSize)
  for (let i = 0; i < half; i++) {
    turned[(i + half) * headSize + i] = -1
    turned[i * headSize + i + half] = 1
  }
  const turn = tf.tensor2d(turned, [headSize, headSize])
  return (at, each, scale = 1) => {
    const cos = new Float32Array(at.length * headSize).fill(scale)
    const sin = new Float32Array(at.length * headSize)
    at.forEach((position, row) => {
      for (let c = 0; c < columns; c++) {
        const angle = position * base ** -((c % half) / half)
        cos[row * headSize + c] = scale * Math.cos(angle)
        sin[row * headSize + c] = scale * Math.sin(angle)
      }
    })
    const shape = each ? [at.length, 1, 1, headSize] : [at.length, headSize]
    return { cos: tf.tensor(cos, shape), sin: tf.tensor(sin, shape), turn }
  }
}
