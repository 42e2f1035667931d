import { describe, expect, it } from 'vitest'
import { argmax, softmax, zeros } from '../../src-main/science/maths/matrix'

const m = (cols: number, ...data: number[]) => ({ rows: data.length / cols, cols, data: Float32Array.from(data) })

describe('softmax', () => {
  it('is exp over its sum, row by row', () => {
    const p = softmax(m(3, 1, 2, 3, 0, 0, 0))
    const expected = [0.09003057, 0.24472847, 0.66524096, 1 / 3, 1 / 3, 1 / 3]
    expected.forEach((x, i) => expect(p.data[i]).toBeCloseTo(x, 7))
  })

  it('does not overflow', () => {
    expect([...softmax(m(2, 1e30, -1e30, -90_000, -90_000)).data]).toEqual([1, 0, 0.5, 0.5])
  })
})

describe('argmax', () => {
  it('takes the first of equals', () => {
    expect([...argmax(m(3, 1, 5, 5, 2, 2, 1, 0, 0, 1))]).toEqual([1, 0, 2])
    expect([...argmax(zeros(2, 4))]).toEqual([0, 0])
  })
})
