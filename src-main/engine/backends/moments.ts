import { tensorsOf, type TransformerSpec } from '../../science/models/net'
import type { Backend, Weights } from './learner'
import stored from './moments.json'
import { batchOf, floatsOf, sizeOf } from './stored'
import { slopesOf } from './wide'

/**
 * What rounding up or down by chance may make of moments, and of weights that go by them: at least twice what was seen of it. `each`:
 * as a part of the largest; `together`: along all of them, where chance evens out, and rounding to the nearest, or always
 * downwards, does not; `way`: of the way that the weights go.
 */
export const MOMENTS = { each: 2 ** -7 * stored.steps, together: { first: 2e-3, second: 1e-3 }, way: 5e-3 } as const

/**
 * The largest deviation of a training that goes on with moments in bf16 (see test/engine/reference/make_moments.py), as a part of
 * what is allowed; NaN where a value is missing or none.
 */
export async function momentsError(create: Backend['create']): Promise<number> {
  const net = stored.net as TransformerSpec
  const batch = batchOf(stored.lists)
  const start = floatsOf(stored.weights)
  const learner = await create(net, { weights: tensors(net, start) }, { moments: 'bf16' })
  try {
    const [first, second] = [0, stored.second].map((value) =>
      tensors(
        net,
        start.map(() => value),
      ),
    )
    await learner.restoreOptimiser({ updates: stored.updates, first: first!, second: second! })
    for (let step = 0; step < stored.steps; step++) {
      await learner.gradients(batch, slopesOf)
      await learner.step(stored.update)
    }
    const state = await learner.saveOptimiser()
    const way = apart(flat(await learner.save()), floatsOf(stored.after.weights), start) / MOMENTS.way
    const moments = (['first', 'second'] as const).map((which) => {
      const [got, expected] = [flat(state[which]), floatsOf(stored.after[which])]
      return Math.max(eachError(got, expected) / MOMENTS.each, together(got, expected) / MOMENTS.together[which])
    })
    return sizeOf(Math.max(way, ...moments))
  } finally {
    learner.dispose()
  }
}

function tensors(net: TransformerSpec, values: Float32Array): Weights {
  let from = 0
  return tensorsOf(net).map(({ name, shape }) => {
    const count = shape.reduce((product, side) => product * side, 1)
    return { name, shape, data: values.slice(from, (from += count)) }
  })
}

const flat = (all: Weights) => Float32Array.from(all.flatMap(({ data }) => [...data]))
const dot = (a: Float32Array, b: Float32Array) => b.reduce((sum, value, i) => sum + value * a[i]!, 0)
const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)

const eachError = (got: Float32Array, expected: Float32Array) =>
  largest(expected.map((value, i) => got[i]! - value)) / largest(expected)
const together = (got: Float32Array, expected: Float32Array) =>
  Math.abs(dot(got, expected) / dot(expected, expected) - 1)

function apart(got: Float32Array, expected: Float32Array, start: Float32Array): number {
  const [off, way] = [expected.map((value, i) => got[i]! - value), expected.map((value, i) => value - start[i]!)]
  return Math.sqrt(dot(off, off) / dot(way, way))
}
