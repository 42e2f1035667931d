import { expect, test } from 'vitest'
import { alikeIn } from '../../src-main/engine/stages/inputs/input'
import { ragged } from '../../src-main/engine/stages/inputs/reading'

test('examples whose options a model reads alike are counted, of tokens and of features', () => {
  // Two options each: alike, one token longer, another token, and both empty.
  const lists = [[1, 2], [1, 2], [1, 2], [1, 2, 3], [4], [5], [], []]
  expect(alikeIn(ragged(lists), 2)).toBe(2)
  expect(alikeIn(ragged([[1], [1], [1], [1], [1], [2]]), 3)).toBe(1)
  const dense = { rows: 4, cols: 2, data: Float32Array.from([0, 1, 0, 1, 0, 1, 1, 1]) }
  expect(alikeIn({ n: 4, dense }, 2)).toBe(1)
})
