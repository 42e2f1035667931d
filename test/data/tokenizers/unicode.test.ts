import { describe, expect, it } from 'vitest'
import { normalForm, lowerCase } from '../../../src-main/data/tokenizers/unicode/forms'
import { complement, rangeOf, testOf, union } from '../../../src-main/data/tokenizers/unicode/ranges'

describe('ranges of code points', () => {
  const sets = [[], [0], [1], [0, 1, 2], [5, 9], [9, 10, 11], [127, 128], [0x10ffff]]
  const points = [0, 1, 2, 3, 5, 8, 9, 10, 11, 12, 126, 127, 128, 129, 0x10fffe, 0x10ffff]
  it.each(sets.flatMap((a) => sets.map((b) => [a, b])))('%j and %j unite, and have a complement', (a, b) => {
    const united = union([...a, ...b].map((point) => rangeOf(point)))
    const [isIn, isOut] = [testOf(united), testOf(complement(united))]
    for (const point of points) {
      expect(isIn(point)).toBe(a.includes(point) || b.includes(point))
      expect(isOut(point)).toBe(!isIn(point))
    }
    expect(complement(complement(united))).toEqual(united)
  })
})

describe('letters that are newer than the reference or than the engine', () => {
  it('stay in every normal form, and old marks behind them still change places', () => {
    for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) {
      expect(normalForm('\u{11935}\u{11930}', form)).toBe('\u{11935}\u{11930}')
      expect(normalForm('\u32ff', form)).toBe('\u32ff')
    }
    expect(normalForm('\u{105d2}\u0307\u0323', 'NFC')).toBe('\u{105d2}\u0323\u0307')
    expect(normalForm('a\u0307', 'NFC')).toBe('\u0227')
  })

  it('have their small letter, and a sigma is one like any other', () => {
    expect(lowerCase('\ua7cb\u{10d50}\u{16ea0}')).toBe('\u0264\u{10d70}\u{16ebb}')
    expect(lowerCase('ΣΑΣ İ')).toBe('σασ i\u0307')
  })
})
