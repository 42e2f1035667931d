import { expect, it } from 'vitest'
import { standardise, standardiser, unstandardised } from '../../src-main/science/maths/standardise'

const matrix = (rows: number[][]) => ({
  rows: rows.length,
  cols: rows[0]!.length,
  data: Float32Array.from(rows.flat()),
})

it('takes each column to mean 0 and deviation 1, by the rows that it was fitted to', () => {
  // Worked by hand: the first column has mean 3 and variance ((-2)^2 + 0 + 2^2 + 0) / 4 = 2.
  const scale = standardiser(
    matrix([
      [1, 10],
      [3, 10],
      [5, 10],
      [3, 10],
    ]),
  )
  expect([...scale.mean]).toEqual([3, 10])
  expect(scale.scale[0]).toBeCloseTo(1 / Math.SQRT2, 12)
  const { data } = standardise(
    matrix([
      [5, 99],
      [3, 10],
    ]),
    scale,
  )
  expect(data[0]).toBeCloseTo(Math.SQRT2, 6)
  expect(data[2]).toBe(0)
  // A column that never varied says nothing, whatever it is elsewhere.
  expect([data[1], data[3]]).toEqual([0, 0])
})

it('a layer over standardised values says the same over the values as they are', () => {
  // Worked by hand: (x - 3) / 2 · w + b, and a column that says nothing.
  const scale = { mean: Float64Array.from([3, 10]), scale: Float64Array.from([0.5, 0]) }
  const weight = Float32Array.from([4, -2, 7, 7])
  const { weight: w, bias: b } = unstandardised({ weight, bias: Float32Array.from([1, 1]) }, scale)
  expect([...w]).toEqual([2, -1, 0, 0])
  expect([...b]).toEqual([-5, 4])
})
