import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { contentKey } from '../../src-main/science/maths/hash'

it('is the sha256 of the canonical JSON', () => {
  const json = '{"a":[1,null,"é"],"b":0.1}'
  expect(contentKey({ b: 0.1, a: [1, null, 'é'] })).toBe(createHash('sha256').update(json).digest('hex'))
})

it('does not depend on the order of keys, but on everything else', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).reverse())
      expect(contentKey(turned)).toBe(contentKey(value))
      expect(contentKey({ ...value, more: 1 })).not.toBe(contentKey({ ...value, more: 2 }))
    }),
  )
})

it.each([[{ x: Number.NaN }], [{ x: Number.POSITIVE_INFINITY }], [undefined]])('refuses %o', (value) => {
  expect(() => contentKey(value)).toThrow()
})
