import { describe, expect, test } from 'vitest'
import { initialWeights, tensorsOf } from '../../../src-main/engine/backends/layout'
import type { NetSpec } from '../../../src-main/science/models/model'

const NET: NetSpec = { kind: 'bag', vocabulary: 50, width: 6, hidden: [40], classes: 2, tuneEmbeddings: true }

describe('initial weights', () => {
  test('are decided by the seed alone, within the limits of He et al., with an output that starts at zero', () => {
    const weights = initialWeights(NET, 7)
    expect(weights.map((t) => [t.name, t.shape])).toEqual([
      ['embeddings', [50, 6]],
      ['hidden.0.weight', [6, 40]],
      ['hidden.0.bias', [40]],
      ['output.weight', [40, 2]],
      ['output.bias', [2]],
    ])
    expect(initialWeights(NET, 7)).toEqual(weights)
    expect(initialWeights(NET, 8)[1]!.data).not.toEqual(weights[1]!.data)
    const [, hidden, bias, output] = weights.map((t) => t.data)
    const limit = Math.sqrt(6 / 6)
    expect(Math.max(...hidden!.map(Math.abs))).toBeLessThanOrEqual(limit)
    expect(Math.max(...hidden!.map(Math.abs))).toBeGreaterThan(0.9 * limit)
    expect([...bias!, ...output!].every((x) => x === 0)).toBe(true)
  })

  test('take embeddings as given, and refuse those of another size', () => {
    const embeddings = Float32Array.from({ length: 300 }, (_, i) => i)
    expect(initialWeights(NET, 0, embeddings)[0]!.data).toEqual(embeddings)
    expect(() => initialWeights(NET, 0, new Float32Array(299))).toThrow('expected 300 values for [50, 6], got 299')
  })

  test('mark frozen embeddings as not trained', () => {
    const frozen = tensorsOf({ ...NET, tuneEmbeddings: false })
    expect(frozen.map((t) => t.trained)).toEqual([false, true, true, true, true])
  })
})
