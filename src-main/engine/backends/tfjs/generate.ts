import type { TokenBatch } from '../learner'
import { attend, separate, toRows } from './attention'
import { takeRows } from './layers'
import type { Bucket, Part } from './packing'
import { HIDDEN, rotator } from './pass'
import type { Tensor, Tensor2D } from './runtime'
import type { Transformer } from './transformer'

/** Keys and values so far of a block, [examples, key heads, places, size]; the prompts' padding has places, too. */
type Cache = { keys: Tensor; values: Tensor }
/** What a pass over all blocks leaves: caches, and the most likely next token of each example. */
type Stand = { caches: Cache[]; next: Tensor }

export interface GenerateOptions {
  most: number
  stop?: number
  /** Awaited between tokens. */
  pause: () => Promise<void>
}

/**
 * Greedy continuations of the part's one bucket, in its order: a token at a time for all examples, those that are done
 * included. An example ends with `most` tokens, with token `stop`, or where there are no more positions.
 */
export async function generate(
  model: Transformer,
  batch: TokenBatch,
  part: Part,
  { most, stop, pause }: GenerateOptions,
): Promise<number[][]> {
  const { tf } = model.runtime
  const [{ lengths, length }] = part.buckets as [Bucket]
  const { positions } = model.net
  const capacity = positions.kind === 'learned' ? positions.count : Infinity
  const made: number[][] = lengths.map(() => [])
  const isDone = (own: number[], i: number) =>
    own.length >= most || own.at(-1) === stop || lengths[i]! + own.length > capacity
  let stand = tf.tidy(() => readPrompts(model, batch, part))
  for (let step = 0; ; step++) {
    const next = stand.next.dataSync<'int32'>()
    made.forEach((own, i) => {
      if (own.length === 0 || !isDone(own, i)) own.push(next[i]!)
    })
    if (made.every(isDone)) break
    await pause()
    const before = stand
    // Those that are done are taken along, at a place that exists.
    const places = Int32Array.from(lengths, (own) => Math.min(own + step, capacity - 1))
    stand = tf.tidy(() => readNext(model, before, Int32Array.from(next), places, lengths, length))
    tf.dispose(tensorsOf(before))
  }
  tf.dispose(tensorsOf(stand))
  return made
}

const tensorsOf = ({ caches, next }: Stand) => [next, ...caches.flatMap(({ keys, values }) => [keys, values])]

function readPrompts(model: Transformer, batch: TokenBatch, part: Part): Stand {
  const { runtime, net, heads } = model
  const pass = model.openPass(batch, part, false)
  const view = pass.views[0]!
  const caches: Cache[] = []
  let x = model.embed(pass.tokens, pass.positions)
  for (let layer = 0; layer < net.layers; layer++)
    x = model.block(x, layer, (rows) => {
      const { q, k, v } = separate(runtime, heads, view, model.project(rows, layer), null)
      caches.push({ keys: k, values: v })
      return toRows(runtime, attend(runtime, q, k, v, view.mask).out, heads.queries, view.queries)
    })
  const { lengths, length } = part.buckets[0]!
  const last = Int32Array.from(lengths, (own, i) => i * length + own - 1)
  return { caches, next: choose(model, takeRows(runtime, x, last)) }
}

/** Takes one more token of each example through the model; `places`: their positions. */
function readNext(
  model: Transformer,
  { caches }: Stand,
  tokens: Int32Array,
  places: Int32Array,
  lengths: readonly number[],
  padded: number,
): Stand {
  const { runtime, net, heads } = model
  const { tf } = runtime
  const count = lengths.length
  const rotate = rotator(runtime, net)
  const at = Array.from(places)
  const rotations = rotate && { keys: rotate(at, true), queries: rotate(at, true, net.headSize ** -0.5) }
  const view = { count, keys: 1, queries: 1, keyStart: 0, queryStart: 0, mask: null, rotations }
  const mask = paddingMask(model, lengths, padded, caches[0]!.keys.shape[2]! + 1)
  const after: Cache[] = []
  let x = model.embed(tokens, places)
  for (let layer = 0; layer < net.layers; layer++)
    x = model.block(x, layer, (rows) => {
      const { q, k, v } = separate(runtime, heads, view, model.project(rows, layer), null)
      const keys = tf.concat([caches[layer]!.keys, k], 2)
      const values = tf.concat([caches[layer]!.values, v], 2)
      after.push({ keys, values })
      return toRows(runtime, attend(runtime, q, keys, values, mask).out, heads.queries, 1)
    })
  return { caches: after, next: choose(model, x) }
}

/** Hides the places between the end of each prompt and that of the longest; null when there are none. */
function paddingMask({ runtime }: Transformer, lengths: readonly number[], padded: number, places: number) {
  if (lengths.every((length) => length === padded)) return null
  const mask = new Float32Array(lengths.length * places)
  lengths.forEach((length, i) => mask.fill(HIDDEN, i * places + length, i * places + padded))
  return runtime.tf.tensor4d(mask, [lengths.length, 1, 1, places])
}

/** The most likely tokens after such hidden states; the first one on a tie. */
function choose(model: Transformer, x: Tensor2D): Tensor {
  return model.runtime.tf.argMax(model.unembed(model.lastNorm(x)), 1)
}
