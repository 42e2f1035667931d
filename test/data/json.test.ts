import { describe, expect, it } from 'vitest'
import { JsonError, NESTING, parseJson } from '../../src-main/data/json'

/** What is told of a text. */
function told(text: string, options?: Parameters<typeof parseJson>[1]) {
  try {
    parseJson(text, options)
  } catch (error) {
    if (error instanceof JsonError) return error.problems
    throw error
  }
  return []
}

describe('JSON that somebody brings', () => {
  it.each([
    '{"a":[1,{"b":"c"}],"d":null}',
    ' [ ] ',
    '"]]]\\"[[["',
    '{"a":{"x":1},"b":{"x":1},"c":[{"x":1},{"x":1}]}',
    '{"a":":","b":"{\\"a\\":1,\\"a\\":2}"}',
    '{"":1," ":2}',
    '-1.5e3',
  ])('is what JSON.parse says: %s', (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text))
  })

  it('may begin with a byte order mark, and with one only', () => {
    expect(parseJson('\ufeff{"a":1}')).toEqual({ a: 1 })
    expect(told('\ufeff\ufeff{}')).toMatchObject([{ path: '', expected: 'JSON' }])
    expect(told('{}\ufeff')).toMatchObject([{ path: '', expected: 'JSON' }])
  })

  it.each([
    ['{"a":1,"a":1}', 'a'],
    ['{"weak":[{"words":1},{"words":1,"words":2}]}', 'weak[1].words'],
    ['{"o":{"lr":1,"x":[[1],{"y":2}],"lr":2}}', 'o.lr'],
    ['{"a":[{"x":0},[0,{"k":1,"k":2}]]}', 'a[1][1].k'],
    ['{"caf\\u00e9":1,"café":2}', 'café'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ])('names a key that stands twice: %s', (text, path) => {
    expect(told(text)).toEqual([{ path, expected: `${JSON.stringify(path.split('.').at(-1))} once`, got: 'it again' }])
  })

  it('tells every repeated key, and none where that is allowed', () => {
    expect(told('{"a":1,"b":2,"a":3,"b":4}').map((p) => p.path)).toEqual(['a', 'b'])
    expect(parseJson('{"a":1,"a":2}', { once: false })).toEqual({ a: 2 })
  })

  it('counts brackets before it makes anything of them, and not those in texts', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(() => parseJson(nested(NESTING))).not.toThrow()
    expect(told(nested(NESTING + 1))).toEqual([
      { path: '[0][0][0][0]', expected: 'at most 64 lists and objects in each other', got: 'more' },
    ])
    expect(told(`{"version":1,"name":${nested(200_000)}}`)[0]!.path).toBe('name[0][0][0]')
    expect(told('['.repeat(50_000_000))).toHaveLength(1)
    expect(parseJson(JSON.stringify('['.repeat(1000)))).toBe('['.repeat(1000))
  })

  it('says what the parser says of anything else', () => {
    for (const text of ['', '{', '{"a":}', "{'a':1}", '{"a":1,}', 'NaN', '"\\', '[1,2'])
      expect(told(text), text).toMatchObject([{ path: '', expected: 'JSON' }])
  })
})
