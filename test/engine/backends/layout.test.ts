import { describe, expect, test } from 'vitest'
import { valuesOf, weightsOf } from '../../../src-main/engine/backends/layout'
import { tensorsOf, type NetSpec } from '../../../src-main/science/models/net'

const NET: NetSpec = { kind: 'bag', vocabulary: 50, width: 6, hidden: [40], classes: 2, tuneEmbeddings: true }

describe('initial weights', () => {
  test('are decided by the seed alone, within the limits of He et al., with an output that starts at zero', () => {
    const weights = weightsOf(NET, { seed: 7 })
    expect(weights.map((t) => [t.name, t.shape])).toEqual([
      ['embeddings', [50, 6]],
      ['hidden.0.weight', [6, 40]],
      ['hidden.0.bias', [40]],
      ['output.weight', [40, 2]],
      ['output.bias', [2]],
    ])
    expect(weightsOf(NET, { seed: 7 })).toEqual(weights)
    expect(weightsOf(NET, { seed: 8 })[1]!.data).not.toEqual(weights[1]!.data)
    const [, hidden, bias, output] = weights.map((t) => t.data)
    const limit = Math.sqrt(6 / 6)
    expect(Math.max(...hidden!.map(Math.abs))).toBeLessThanOrEqual(limit)
    expect(Math.max(...hidden!.map(Math.abs))).toBeGreaterThan(0.9 * limit)
    expect([...bias!, ...output!].every((x) => x === 0)).toBe(true)
  })

  test('take what is given, and refuse another name or size', () => {
    const embeddings = { name: 'embeddings', shape: [50, 6], data: Float32Array.from({ length: 300 }, (_, i) => i) }
    const weights = weightsOf(NET, { seed: 0, weights: [embeddings] })
    expect(weights[0]!.data).toBe(embeddings.data)
    expect(weights).toHaveLength(5)
    const cut = { ...embeddings, data: new Float32Array(299) }
    expect(() => weightsOf(NET, { seed: 0, weights: [cut] })).toThrow(
      'expected embeddings [50, 6], got embeddings [50, 6] of 299 values',
    )
    expect(() => weightsOf(NET, { seed: 0, weights: [{ ...embeddings, name: 'tokens' }] })).toThrow(
      'expected the tensors of a net of kind bag, got also tokens',
    )
    expect(() => weightsOf(NET, { weights: [embeddings] })).toThrow('expected hidden.0.weight [6, 40], got nothing')
  })

  test('may be given transposed', () => {
    const given = { name: 'output.weight', shape: [2, 40], data: Float32Array.from({ length: 80 }, (_, i) => i) }
    const weights = weightsOf(NET, { seed: 0, weights: [{ ...given, transposed: true }] })
    const values = valuesOf(weights[3]!)
    expect([...values.subarray(0, 4)]).toEqual([0, 40, 1, 41])
    expect(values.at(-1)).toBe(79)
    expect(() => weightsOf(NET, { seed: 0, weights: [given] })).toThrow(
      'expected output.weight [40, 2], got output.weight [2, 40] of 80 values',
    )
    const turned = { ...given, shape: [40, 2], transposed: true }
    expect(() => weightsOf(NET, { seed: 0, weights: [turned] })).toThrow('expected output.weight [2, 40] (transposed)')
  })

  test('mark frozen tensors as not trained', () => {
    const trained = (net: NetSpec, blocks?: number) => tensorsOf(net, blocks).map((t) => t.trained)
    expect(trained({ ...NET, tuneEmbeddings: false })).toEqual([false, true, true, true, true])
    expect(trained(NET, 0)).toEqual([false, false, false, true, true])
  })

  test('of a transformer start as those of GPT-2, undecided', () => {
    const net: NetSpec = {
      ...{ kind: 'transformer', vocabulary: 30, width: 32, layers: 2, heads: 2, kvHeads: 1, headSize: 16, inner: 64 },
      ...{
        positions: { kind: 'learned', count: 8 },
        tokenTypes: 0,
        norm: 'layer',
        normEpsilon: 1e-5,
        normOrder: 'pre',
      },
      ...{ parallel: false, causal: true, activation: 'gelu-tanh', bias: { qkv: true, out: true, mlp: true } },
      ...{ pooling: 'last', head: { kind: 'classes', classes: 2, bias: true } },
    }
    const weights = new Map(weightsOf(net, { seed: 1 }).map((t) => [t.name, t.data]))
    const deviation = (name: string) => {
      const data = weights.get(name)!
      return Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length)
    }
    expect(deviation('tokens.weight')).toBeCloseTo(0.02, 3)
    expect(deviation('blocks.1.up.weight')).toBeCloseTo(0.02, 3)
    expect(deviation('blocks.1.down.weight')).toBeCloseTo(0.01, 3)
    expect(new Set(weights.get('blocks.0.norm1.weight'))).toEqual(new Set([1]))
    for (const name of ['head.weight', 'head.bias', 'blocks.0.q.bias'])
      expect(new Set(weights.get(name))).toEqual(new Set([0]))
  })
})
