import { expect, test } from 'vitest'
import { choices } from '../../../src-main/science/answers'
import { sureness } from '../../../src-main/science/metrics/sureness'

test('every example is counted once, by how probable the model held what it said', () => {
  // Of two options: said with .5, .72, .99, 1 and, of option 0, with .75.
  const said = choices(2, Float32Array.from([0.5, 0.72, 0.99, 1, 0.25]))
  expect(sureness(40, said)).toEqual({ step: 40, n: 5, from: 0.5, counts: [1, 0, 0, 0, 1, 1, 0, 0, 0, 2] })
})

test('of many options and of texts it agrees with a count by hand', () => {
  const three = choices(3, Float32Array.from([1 / 3, 1 / 3, 0.1, 0.2, 0.05, 0.9]))
  const { from, counts } = sureness(0, three)
  // The most probable of each: 1/3, .7 and .9.
  expect(from).toBeCloseTo(1 / 3)
  expect(counts).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 1, 0])
  const texts = { kind: 'text' as const, texts: ['a', 'b'], likelihood: Float32Array.from([0, Math.log(0.25)]) }
  expect(sureness(1, texts)).toMatchObject({ n: 2, from: 0, counts: [0, 0, 1, 0, 0, 0, 0, 0, 0, 1] })
})

test('as many are counted as there are, whatever was said', () => {
  let seed = 1
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647
  const p = Float32Array.from({ length: 5000 }, random)
  const { counts } = sureness(0, choices(2, p))
  expect(counts.reduce((a, b) => a + b)).toBe(5000)
  const byHand = (low: number, high: number) =>
    [...p].filter((v) => Math.max(v, 1 - v) >= low && Math.max(v, 1 - v) < high).length
  expect(counts[3]).toBe(byHand(0.65, 0.7))
})
