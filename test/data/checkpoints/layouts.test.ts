import { describe, expect, it } from 'vitest'
import { pairwise, thirds, thirdsByHead, transpose, turned } from '../../../src-main/data/checkpoints/layouts'

const count = (n: number) => Float32Array.from({ length: n }, (_, i) => i)
const lists = (parts: Float32Array[]) => parts.map((part) => [...part])

describe('layouts', () => {
  it('transposes across its tiles', () => {
    const [rows, cols] = [70, 33]
    const out = transpose(count(rows * cols), rows, cols)
    for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) expect(out[c * rows + r]).toBe(r * cols + c)
  })

  it('splits what is fused', () => {
    expect(lists(thirds(1).split(count(6), [2, 3]))).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ])
    expect(lists(turned(thirds(1)).split(count(6), [3, 2]))).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ])
    // Two heads of one column: query, key, value of the first head, then of the second.
    expect(lists(thirdsByHead(2, 1).split(count(6), [6]))).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ])
  })

  it('parts the columns that turn together', () => {
    expect(lists(pairwise(2, 4).split(count(8), [8]))).toEqual([[0, 2, 1, 3, 4, 6, 5, 7]])
  })

  it.each([
    ['thirds', thirds(4), [3, 12]],
    ['turned', turned(thirds(4)), [12, 3]],
    ['by heads', thirdsByHead(2, 4), [5, 24]],
    ['pairwise', turned(pairwise(3, 4)), [12, 2]],
  ])('%s: joining undoes splitting', (_name, layout, shape) => {
    const theirs = count(shape[0]! * shape[1]!)
    expect(layout.join(layout.split(theirs, shape), shape)).toEqual(theirs)
  })
})
