// What a model of any device has to give in the cases of `native`.
import { expect } from 'vitest'
import type { Tensor } from '../../src-main/engine/backends/learner'
import type { NetSpec } from '../../src-main/science/models/net'
import type { NativeModel } from '../../src-native/model'
import { backward, deviation, readCase, tokenBatch, type GoldenCase, type Stored } from './native'

/** Name and deviation of the tensor that is furthest off. */
function worst(got: Tensor[], reference: Record<string, Stored>, skip: RegExp) {
  expect(new Map(got.map((t) => [t.name, t.shape]))).toEqual(
    new Map(Object.entries(reference).map(([name, stored]) => [name, stored.shape])),
  )
  return got
    .filter((t) => !skip.test(t.name))
    .map((t) => ({ name: t.name, off: deviation(t.data, reference[t.name]!) }))
    .reduce((a, b) => (b.off > a.off ? b : a))
}

/**
 * The bias of keys that are not turned by position moves all scores of a query alike: its true gradient is 0, and Adam
 * makes whole steps of what rounding leaves. (Turned slowly or in part, it is nearly so.)
 */
const KEY_BIAS = /\.k\.bias$/
const isTurned = (spec: NetSpec) => spec.kind === 'transformer' && spec.positions.kind === 'rotary'

/** Largest deviations that are allowed; see `deviation`. */
interface Tolerance {
  logits: number
  gradients: number
  /** After three steps of AdamW. */
  weights: number
  /** Of the global norms of gradients. */
  norms: number
}
const EXACT: Tolerance = { logits: 1e-5, gradients: 1e-5, weights: 1e-4, norms: 1e-4 }
/** Worst of all families as measured: logits 5.8e-3, gradients 2.4e-2, weights 1.2e-2, norms 2e-3. */
export const ROUNDED: Tolerance = { logits: 1.2e-2, gradients: 5e-2, weights: 2.5e-2, norms: 5e-3 }
/** What rounding factors to TF32 may cost: three more bits of them are kept than of bf16. */
export const TF32: Tolerance = { logits: 1.5e-3, gradients: 6e-3, weights: 2.5e-2, norms: 1e-3 }

export async function expectTraining(name: string, model: NativeModel, tolerance = EXACT) {
  const golden = readCase(name)
  for (const [i, batch] of golden.batches.entries()) {
    await backward(model, golden.spec, batch)
    if (i === 0) {
      const got = await model.gradients()
      const skip = isTurned(golden.spec) ? /^$/ : KEY_BIAS
      expect(worst(got, golden.gradients, skip)).toSatisfy(({ off }) => off < tolerance.gradients)
      for (const t of got.filter((t) => skip.test(t.name)))
        expect(Math.max(...t.data.map(Math.abs))).toBeLessThan(tolerance.gradients)
    }
    const norm = await model.step(golden.update)
    expect(Math.abs(norm / golden.norms[i]! - 1)).toBeLessThan(tolerance.norms)
  }
  expect(worst(await model.save(), golden.after, KEY_BIAS)).toSatisfy(({ off }) => off < tolerance.weights)
  model.dispose()
}

export async function expectFeatures(golden: GoldenCase, model: NativeModel) {
  for (const [layer, reference] of golden.features!.entries()) {
    const got = await model.features(tokenBatch(golden.batches[0]!), layer)
    expect(deviation(got, reference)).toBeLessThan(1e-5)
  }
}

export async function expectScores(golden: GoldenCase, model: NativeModel) {
  const batch = tokenBatch(golden.batches[0]!)
  const got = await model.score({ ...batch, from: Int32Array.from(golden.starts!) })
  golden.scores!.forEach((score, i) => expect(Math.abs(got[i]! - score)).toBeLessThan(1e-5 * Math.max(1, -score)))
}

export async function expectGeneration(golden: GoldenCase, model: NativeModel) {
  const batch = tokenBatch(golden.batches[0]!)
  const got = await model.generate(batch, { most: 12 })
  expect(got.map((tokens) => Array.from(tokens))).toEqual(golden.generated)
  const stop = golden.generated![0]![3]!
  const [stopped] = await model.generate(batch, { most: 12, stop })
  expect(Array.from(stopped!)).toEqual(golden.generated![0]!.slice(0, golden.generated![0]!.indexOf(stop) + 1))
}
