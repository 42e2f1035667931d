// A training that is stopped and gone on with, on every engine.
import { describe, expect, test } from 'vitest'
import type { AdamWStep, Learner, LearnerOptions, TokenBatch } from '../../../src-main/engine/backends/learner'
import { tensorsOf, type TransformerSpec } from '../../../src-main/science/models/net'
import { runtimes } from '../runtimes'

const UPDATE: AdamWStep = { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01, clipNorm: 1 }

function lists(examples: number[][]): TokenBatch {
  const offsets = new Int32Array(examples.length + 1)
  examples.forEach((tokens, i) => (offsets[i + 1] = offsets[i]! + tokens.length))
  return { n: examples.length, tokens: Int32Array.from(examples.flat()), offsets }
}
const languageModel = (tied: boolean): TransformerSpec => ({
  ...{ kind: 'transformer', vocabulary: 20, width: 8, layers: 2, heads: 2, kvHeads: 1, headSize: 4, inner: 16 },
  ...{ positions: { kind: 'learned', count: 8 }, tokenTypes: 0, norm: 'layer', normEpsilon: 1e-5, normOrder: 'pre' },
  ...{ parallel: false, causal: true, activation: 'gelu-tanh', bias: { qkv: true, out: true, mlp: true } },
  ...{ pooling: 'last', head: { kind: 'language', tied } },
})

describe.each(await runtimes())('the learner on $id', ({ create }) => {
  test.each<[string, TransformerSpec, LearnerOptions]>([
    ['a transformer', languageModel(true), {}],
    ['its last block', languageModel(false), { trainBlocks: 1 }],
  ])('goes on from kept weights and moments as if it had never stopped: %s', async (_, net, options) => {
    const batches = [
      [
        [1, 2, 3],
        [4, 5],
      ],
      [[6, 7, 1, 2]],
      [
        [3, 3],
        [9, 1, 4],
      ],
      [[2, 8, 5]],
      [[1, 2, 3]],
    ].map(lists)
    const learn = async (learner: Learner, from: number, to: number) => {
      for (const batch of batches.slice(from, to)) {
        await learner.lmStep(batch)
        await learner.step(UPDATE)
      }
    }
    const learner = await create(net, { seed: 0 }, options)
    await learn(learner, 0, 3)
    const kept = { weights: await learner.save(), optimiser: await learner.saveOptimiser() }
    expect(kept.optimiser.updates).toBe(3)
    const names = tensorsOf(net, options.trainBlocks)
      .filter(({ trained }) => trained)
      .map(({ name }) => name)
    expect(kept.optimiser.first.map(({ name }) => name)).toEqual(names)
    expect(kept.optimiser.second.map(({ name }) => name)).toEqual(names)
    await learn(learner, 3, 5)

    const other = await create(net, { weights: kept.weights }, options)
    await other.restoreOptimiser(kept.optimiser)
    await learn(other, 3, 5)
    expect(await other.save()).toEqual(await learner.save())
    expect(await other.saveOptimiser()).toEqual(await learner.saveOptimiser())

    // Without the moments it is another training: the test above sees them.
    const forgetful = await create(net, { weights: kept.weights }, options)
    await learn(forgetful, 3, 5)
    expect(await forgetful.save()).not.toEqual(await learner.save())
    for (const each of [learner, other, forgetful]) each.dispose()
  })
})
