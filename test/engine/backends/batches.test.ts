import { describe, expect, test } from 'vitest'
import { averagingOf, poolEmbeddings, sliceExamples, takeExamples } from '../../../src-main/engine/backends/batches'

const LISTS = { n: 4, tokens: Int32Array.from([2, 2, 0, 5, 1]), offsets: Int32Array.from([0, 3, 3, 4, 5]) }
const DENSE = { n: 3, dense: { rows: 3, cols: 2, data: Float32Array.from([1, 2, 3, 4, 5, 6]) } }

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
