import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { signTest } from '../../../src-main/science/maths/sign-test'

/** Made by reference/sign-test.py. */
const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, 'reference', 'sign-test.json'), 'utf8')) as {
  cases: { more: number; fewer: number; p: number }[]
}

it.each(cases)('of $more to $fewer is what exact fractions say', ({ more, fewer, p }) => {
  expect(signTest(more, fewer) / p).toBeCloseTo(1, 9)
  expect(signTest(fewer, more)).toBe(signTest(more, fewer))
})

it('never says more than 1, and nothing of no pairs that differ', () => {
  expect(signTest(0, 0)).toBe(1)
  expect(signTest(4, 4)).toBe(1)
  expect(signTest(5000, 0)).toBe(0)
})
