import { describe, expect, it } from 'vitest'
import {
  numberOrText,
  parsePath,
  parseSeeds,
  pathText,
  seedsText,
  valueAt,
  withValue,
} from '../../src-renderer/lib/draft'
import { problemAdvice } from '../../src-renderer/lib/problems'
import { formatRoute, parseRoute } from '../../src-renderer/lib/route'

describe('paths', () => {
  it.each(['name', 'methods[1].alphaMax', 'optimiser.weak.lr', 'seeds[0]'])('survive: %s', (path) => {
    expect(pathText(parsePath(path))).toBe(path)
  })
  it('read and write in a draft without changing the old one', () => {
    const draft = { methods: [{ method: 'naive' }, { method: 'confidence', alphaMax: 0.5 }] }
    const next = withValue(draft, 'methods[1].alphaMax', 0.75)
    expect(valueAt(next, 'methods[1].alphaMax')).toBe(0.75)
    expect(draft.methods[1]?.alphaMax).toBe(0.5)
  })
  it('remove an entry of a list and a key of an object', () => {
    expect(withValue({ weak: [1, 2, 3] }, 'weak[1]', undefined)).toEqual({ weak: [1, 3] })
    expect(withValue({ sizes: { test: 5, weak: 1 } }, 'sizes.test', undefined)).toEqual({ sizes: { weak: 1 } })
  })
  it('make the places that lack, whatever stands there', () => {
    expect(withValue('nonsense', 'optimiser.weak.lr', 0.1)).toEqual({ optimiser: { weak: { lr: 0.1 } } })
    expect(valueAt({ weak: 'nonsense' }, 'weak[0].words')).toBeUndefined()
  })
})

describe('number fields', () => {
  it('hold numbers, or the text that is none, or nothing', () => {
    expect(numberOrText(' 1e-4 ')).toBe(1e-4)
    expect(numberOrText('\u22123')).toBe(-3)
    expect(['16', '.5', '5e-5', '5e\u22125', '+2', '3.'].map(numberOrText)).toEqual([16, 0.5, 5e-5, 5e-5, 2, 3])
    for (const text of ['three', '0x10', '0b1', '0o7', 'Infinity', '1e999', '1e-', '.', '1,000'])
      expect(numberOrText(text)).toBe(text)
    expect(numberOrText(' ')).toBeUndefined()
  })
})

describe('seeds', () => {
  it('are read as ranges and single ones, none twice', () => {
    expect(parseSeeds('0-3, 7 2')).toEqual([0, 1, 2, 3, 7])
    expect(parseSeeds('')).toEqual([])
  })
  it('keep what is none as it was typed', () => {
    expect(parseSeeds('0, x')).toEqual([0, 'x'])
    expect(parseSeeds('5-2, 0-, 0-5000')).toEqual(['5-2', '0-', '0-5000'])
    expect(parseSeeds('-1')).toEqual([-1])
    expect(parseSeeds('0-999999999999')).toEqual(['0-999999999999'])
    expect(seedsText([0, '3-'])).toBe('0, 3-')
  })
  it('say what is wrong with a range that was not taken', () => {
    const told = (got: string) => problemAdvice({ path: 'seeds[0]', expected: 'a whole number', got: `"${got}"` })
    expect(told('0-999999999999')).toBe('A range has 1,000 seeds at most; 0-999999999999 has more.')
    expect(told('5-2')).toBe('A range rises: 2-5, not 5-2.')
    expect(told('five')).toBe('Type a whole number; "five" is none.')
  })
  it('are written as they are read', () => {
    expect(seedsText([0, 1, 2, 7])).toBe('0-2, 7')
    expect(parseSeeds(seedsText([4, 5, 9, 10, 11]))).toEqual([4, 5, 9, 10, 11])
  })
})

describe('routes', () => {
  it('survive the address', () => {
    const query = { arm: 'a b', cells: '001,011' }
    expect(parseRoute(formatRoute('inspector', 'run 1', query))).toEqual({ place: 'inspector', id: 'run 1', query })
  })
  it('leave empty values out and lead home when they are not known', () => {
    expect(formatRoute('results', '', { arm: '' })).toBe('#/results')
    expect(parseRoute('#/nowhere/1')).toEqual({ place: 'home', id: '', query: {} })
    expect(parseRoute('')).toEqual({ place: 'home', id: '', query: {} })
    expect(parseRoute('#/results/%E0%A4%A')).toMatchObject({ place: 'results', id: '' })
  })
})
