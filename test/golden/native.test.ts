import { beforeAll, describe, expect, it } from 'vitest'
import type { Tensor } from '../../src-main/engine/backends/learner'
import { tensorsOf, type NetSpec } from '../../src-main/science/models/net'
import type { ModelOptions, NativeAddon, NativeModel } from '../../src-native/model'
import { backward, batchOf, CASES, deviation, loadAddon, modelOf, readCase, tokenBatch, type Stored } from './native'

let addon: NativeAddon
beforeAll(() => {
  addon = loadAddon()
}, 300_000)

const create = (name: string, options: ModelOptions = {}) => modelOf(addon, readCase(name).spec, options)

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
const ROUNDED: Tolerance = { logits: 1.2e-2, gradients: 5e-2, weights: 2.5e-2, norms: 5e-3 }

async function expectTraining(name: string, model: NativeModel, tolerance = EXACT) {
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

describe.each(CASES)('%s', (name) => {
  const golden = readCase(name)

  it('has the tensors that its description says', async () => {
    const model = await create(name)
    expect(model.tensors()).toEqual(tensorsOf(golden.spec).map(({ name, shape }) => ({ name, shape })))
    model.dispose()
  })

  it('gives the logits of PyTorch', async () => {
    const model = await create(name)
    const got = await model.forward(batchOf(golden.spec, golden.batches[0]!))
    expect(deviation(got, golden.outputs)).toBeLessThan(1e-5)
    model.dispose()
  })

  it('gives every gradient, and the weights after three AdamW steps', async () => {
    await expectTraining(name, await create(name))
  })
})

/** Every way to the same numbers, over all the families. */
const WAYS: Record<string, ModelOptions> = {
  'on one thread': { threads: 1 },
  'on more threads than examples': { threads: 7, threadWork: 0 },
  'without the shortcut in the last block': { shortcut: false, threadWork: 0 },
  'in micro-batches': { activationBytes: 1, threadWork: 0 },
  'with one gradient for all threads': { threads: 3, threadWork: 0, sharedGradients: true },
  'with one gradient for all threads, in micro-batches': {
    threads: 2,
    threadWork: 0,
    sharedGradients: true,
    activationBytes: 1,
  },
  'with AVX2': { isa: 'avx2' },
  'with no more than the baseline': { isa: 'baseline' },
}

describe.each(Object.keys(WAYS))('%s', (way) => {
  it.each(CASES)('trains %s to the same weights', async (name) => {
    const { isa } = WAYS[way]!
    if (isa && !addon.isas.includes(isa)) return
    await expectTraining(name, await create(name, WAYS[way]))
  })
})

describe.each(CASES)('%s in bf16', (name) => {
  const { spec, batches, outputs } = readCase(name)

  it('gives logits near those of PyTorch, and trains to weights near its own', async ({ skip }) => {
    if (!addon.bf16) skip('this processor has no bf16')
    for (const options of [{ threads: 1 }, { threads: 3, threadWork: 0, sharedGradients: true }]) {
      const model = await create(name, { ...options, precision: 'bf16' })
      expect(deviation(await model.forward(batchOf(spec, batches[0]!)), outputs)).toBeLessThan(ROUNDED.logits)
      await expectTraining(name, model, ROUNDED)
    }
  })
})

describe.each(CASES.filter((name) => readCase(name).features))('hidden states of %s', (name) => {
  const golden = readCase(name)
  it.each([true, false])('are those of PyTorch (shortcut %s)', async (shortcut) => {
    const model = await create(name, { shortcut })
    for (const [layer, reference] of golden.features!.entries()) {
      const got = await model.features(tokenBatch(golden.batches[0]!), layer)
      expect(deviation(got, reference)).toBeLessThan(1e-5)
    }
    model.dispose()
  })
})

describe.each(CASES.filter((name) => readCase(name).scores))('language of %s', (name) => {
  const golden = readCase(name)
  const batch = tokenBatch(golden.batches[0]!)

  it('has the loss of PyTorch', async () => {
    const model = await create(name)
    expect(await model.languageGradients(batch)).toBeCloseTo(golden.losses[0]!, 5)
    model.dispose()
  })

  it('scores continuations', async () => {
    const model = await create(name)
    const got = await model.score({ ...batch, from: Int32Array.from(golden.starts!) })
    golden.scores!.forEach((score, i) => expect(Math.abs(got[i]! - score)).toBeLessThan(1e-5 * Math.max(1, -score)))
    model.dispose()
  })

  it('goes on greedily', async () => {
    const model = await create(name)
    const got = await model.generate(batch, { most: 12 })
    expect(got.map((tokens) => Array.from(tokens))).toEqual(golden.generated)
    const stop = golden.generated![0]![3]!
    const [stopped] = await model.generate(batch, { most: 12, stop })
    expect(Array.from(stopped!)).toEqual(golden.generated![0]!.slice(0, golden.generated![0]!.indexOf(stop) + 1))
    model.dispose()
  })
})
