// The stream of Python's `random.Random`, against values that Python drew (test/data/parquet/make.py).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createPythonRandom } from '../../../src-main/science/maths/python-random'

const drawn = JSON.parse(readFileSync(join(import.meta.dirname, '../../data/parquet/random.json'), 'utf8')) as {
  random: number[]
  below: number[]
  shuffled: number[]
  late: number
  big: number
}

it('draws what Python draws, in the same order', () => {
  const random = createPythonRandom(0)
  expect(drawn.random.map(() => random.random())).toEqual(drawn.random)
  expect(drawn.random[0]).toBeCloseTo(0.8444, 4)
  expect([2, 3, 4, 7, 1000, 1, 2 ** 31].map((n) => random.below(n))).toEqual(drawn.below)
  expect(random.shuffled(Array.from({ length: 20 }, (_, i) => i))).toEqual(drawn.shuffled)
  expect(Array.from({ length: 700 }, () => random.random()).at(-1)).toBe(drawn.late)
  expect(createPythonRandom(2 ** 32 - 1).random()).toBe(drawn.big)
})
