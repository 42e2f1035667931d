import { beforeAll, describe, expect, it } from 'vitest'
import { tensorsOf } from '../../src-main/science/models/net'
import type { ModelOptions, NativeAddon } from '../../src-native/model'
import { expectFeatures, expectGeneration, expectScores, expectTraining, ROUNDED } from './expect'
import { batchOf, CASES, deviation, loadAddon, modelOf, readCase, tokenBatch } from './native'

let addon: NativeAddon
beforeAll(() => {
  addon = loadAddon()
}, 300_000)

const create = (name: string, options: ModelOptions = {}) => modelOf(addon, readCase(name).spec, options)

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
    await expectFeatures(golden, model)
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
    await expectScores(golden, model)
    model.dispose()
  })

  it('goes on greedily', async () => {
    const model = await create(name)
    await expectGeneration(golden, model)
    model.dispose()
  })
})
