import { describe, expect, it } from 'vitest'
import { withClassHead } from '../../../src-main/data/checkpoints/heads'
import { loadPretrained } from '../../../src-main/data/checkpoints/open'
import { tensorsOf } from '../../../src-main/science/models/net'
import { forward, pooled } from './forward'
import { golden } from './golden'

const IDS = [40, 41, 42, 43]

describe('a new head of classes', () => {
  it('at zero gives every class the same logit, whatever head there was', async () => {
    for (const name of ['tiny-gpt2', 'tiny-qwen2', 'tiny-bert', 'tiny-gpt2-tokens']) {
      const { spec, weights } = withClassHead(await loadPretrained(golden(name)), 4, { from: 'zero' })
      expect(weights.map(({ name, shape }) => ({ name, shape }))).toEqual(
        tensorsOf(spec).map(({ name, shape }) => ({ name, shape })),
      )
      expect(forward(spec, weights, IDS)).toEqual([0, 0, 0, 0])
    }
  })

  it.each(['tiny-gpt2', 'tiny-qwen2'])('from the unembedding of %s gives the logits of these tokens', async (name) => {
    const model = await loadPretrained(golden(name))
    const all = forward(model.spec, model.weights, IDS)
    const { spec, weights } = withClassHead(model, 2, { from: 'unembedding', tokens: [77, 5] })
    const got = forward(spec, weights, IDS)
    expect(got[0]).toBeCloseTo(all[77]!, 12)
    expect(got[1]).toBeCloseTo(all[5]!, 12)
  })

  it('from a layer gives what that layer says of the last hidden state', async () => {
    const model = await loadPretrained(golden('tiny-gpt2'))
    const { width } = model.spec
    const weight = Float32Array.from({ length: 3 * width }, (_, i) => ((7 * i) % 11) / 10 - 0.5)
    const bias = Float32Array.from([0.5, -1, 2])
    const { spec, weights } = withClassHead(model, 3, { from: 'layer', weight, bias })
    const state = pooled(model.spec, model.weights, IDS)
    const expected = [...bias].map((b, c) => state.reduce((sum, x, i) => sum + x * weight[3 * i + c]!, b))
    forward(spec, weights, IDS).forEach((logit, c) => expect(logit).toBeCloseTo(expected[c]!, 6))
    expect(() => withClassHead(model, 2, { from: 'layer', weight, bias })).toThrow(
      `head: expected a layer of ${width} to 2, got ${3 * width} weights and 3 biases`,
    )
  })

  it('shares the body and leaves the model as it was', async () => {
    const model = await loadPretrained(golden('tiny-qwen2'))
    const { weights } = withClassHead(model, 2, { from: 'zero' })
    expect(weights[0]!.data).toBe(model.weights[0]!.data)
    expect(model.spec.head).toEqual({ kind: 'language', tied: false })
    expect(model.weights.at(-1)!.shape).toEqual([24, 300])
  })

  it('wants one token a class, and of the vocabulary', async () => {
    const model = await loadPretrained(golden('tiny-gpt2'))
    const make = (tokens: number[]) => () => withClassHead(model, 2, { from: 'unembedding', tokens })
    expect(make([1])).toThrow('head: expected 2 tokens for 2 classes, got 1')
    expect(make([1, 300])).toThrow('head: expected a token id below 300, got 300')
    expect(make([1, 0.5])).toThrow('head: expected a token id below 300, got 0.5')
  })
})
