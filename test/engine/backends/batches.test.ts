import { describe, expect, test } from 'vitest'
import {
  averagingOf,
  piecesOf,
  poolEmbeddings,
  sliceExamples,
  takeExamples,
} from '../../../src-main/engine/backends/batches'
import type { PieceSize } from '../../../src-main/engine/backends/learner'
import type { NetSpec } from '../../../src-main/science/models/net'

const LISTS = { n: 4, tokens: Int32Array.from([2, 2, 0, 5, 1]), offsets: Int32Array.from([0, 3, 3, 4, 5]) }
const DENSE = { n: 3, dense: { rows: 3, cols: 2, data: Float32Array.from([1, 2, 3, 4, 5, 6]) } }

const GPT2: NetSpec = {
  ...{ kind: 'transformer', vocabulary: 1000, width: 16, layers: 1, heads: 2, kvHeads: 2, headSize: 8, inner: 64 },
  ...{ positions: { kind: 'learned', count: 20 }, tokenTypes: 0, norm: 'layer', normEpsilon: 1e-5, normOrder: 'pre' },
  ...{ parallel: false, causal: true, activation: 'gelu-tanh', bias: { qkv: true, out: true, mlp: true } },
  ...{ pooling: 'last', head: { kind: 'classes', classes: 2, bias: true } },
}

describe('batches', () => {
  test('are taken by index, in the order asked for', () => {
    expect(takeExamples(DENSE, [2, 0, 2])).toEqual({
      n: 3,
      dense: { rows: 3, cols: 2, data: Float32Array.from([5, 6, 1, 2, 5, 6]) },
    })
    expect(takeExamples(LISTS, [3, 1, 0])).toEqual({
      n: 3,
      tokens: Int32Array.from([1, 2, 2, 0]),
      offsets: Int32Array.from([0, 1, 1, 4]),
    })
  })

  test('are cut', () => {
    expect(sliceExamples(DENSE, 1, 2)).toEqual({ n: 1, dense: { rows: 1, cols: 2, data: Float32Array.from([3, 4]) } })
    expect(sliceExamples(LISTS, 1, 3)).toEqual({
      n: 2,
      tokens: Int32Array.from([5]),
      offsets: Int32Array.from([0, 0, 1]),
    })
  })

  test('are predicted in pieces that feed every thread, each as much work as asked', () => {
    const texts = { n: 100, tokens: new Int32Array(1500), offsets: Int32Array.from({ length: 101 }, (_, i) => 15 * i) }
    const sizes = (pieces: PieceSize) => [...piecesOf({ net: GPT2, pieces }, texts)].map(({ n }) => n)
    // q, k and v, out, up, down, three norms, head; the tables are only read from.
    const weights = 3 * (16 * 16 + 16) + (16 * 16 + 16) + (16 * 64 + 64) + (64 * 16 + 16) + 3 * 32 + 34
    expect(sizes({ work: 300 * weights, tokens: 0, examples: 1 })).toEqual([20, 20, 20, 20, 20])
    expect(sizes({ work: 300 * weights, tokens: 600, examples: 1 })).toEqual([40, 40, 20])
    expect(sizes({ work: 1, tokens: 0, examples: 64 })).toEqual([64, 36])
    expect(sizes({ work: 1, tokens: 0, examples: 1 })).toHaveLength(100)
    const mlp = { kind: 'mlp' as const, input: 2, hidden: [], classes: 2 }
    expect([...piecesOf({ net: mlp, pieces: { work: 1, tokens: 0, examples: 1 } }, DENSE)]).toEqual([DENSE])
  })

  test('average their embeddings: an example without tokens is zero', () => {
    const embeddings = Float32Array.from({ length: 12 }, (_, i) => i)
    const mean = [(4 + 4 + 0) / 3, (5 + 5 + 1) / 3]
    expect(poolEmbeddings(LISTS, embeddings, 2).data).toEqual(Float32Array.from([...mean, 0, 0, 10, 11, 2, 3]))
    const { tokens, average } = averagingOf(LISTS)
    expect(tokens).toEqual(Int32Array.from([2, 0, 5, 1]))
    const third = 1 / 3
    const rows = [
      [third + third, third, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ]
    expect(Array.from(average.data)).toEqual(rows.flat().map((x) => expect.closeTo(x, 6) as number))
  })

  test('of empty texts alone still have a shape', () => {
    const empty = { n: 2, tokens: new Int32Array(0), offsets: new Int32Array(3) }
    expect(averagingOf(empty)).toEqual({
      tokens: Int32Array.of(0),
      average: { rows: 2, cols: 1, data: new Float32Array(2) },
    })
  })
})
