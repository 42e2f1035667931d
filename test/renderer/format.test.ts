import { describe, expect, it } from 'vitest'
import * as f from '../../src-renderer/lib/format'

const plain = (text: string) => text.replaceAll('\u00a0', ' ')

describe('shares', () => {
  it('print without the leading zero, with a true minus, and 1 in full', () => {
    expect(f.share(0.8791)).toBe('.879')
    expect(f.share(1)).toBe('1.000')
    expect(f.share(-0.042)).toBe('\u2212.042')
    expect(f.share(1.17, 2)).toBe('1.17')
  })
  it('never print a negative zero', () => {
    expect(f.share(-0.0001)).toBe('.000')
    expect(plain(f.percent(-0.001))).toBe('0 %')
    expect(plain(f.points(-0.00001))).toBe('0.0 points')
  })
  it('print an en dash for what is not there', () => {
    for (const nothing of [null, undefined, Number.NaN]) expect(f.share(nothing)).toBe('–')
  })
  it('print intervals and their half width', () => {
    expect(f.interval(0.33, 0.58)).toBe('.33 to .58')
    expect(plain(f.plusMinus(0.867, 0.891))).toBe('± .012')
  })
})

it('numbers of a column have the decimals of the one that has most, and what is no plain number stays', () => {
  expect(f.aligned(['.9', '.921', '1', '−12', '1e−5', 'NaN', '–'])).toEqual([
    ...['.900', '.921', '1.000', '−12.000', '1e−5', 'NaN', '–'],
  ])
  expect(f.aligned(['1,200', '3'])).toEqual(['1,200', '3'])
})

it('a sentence begins with a capital, unless it begins with an id', () => {
  expect(f.sentence('naive student')).toBe('Naive student')
  for (const id of ['pocket-l: closes', 'gpt2, epochs 3', 'qwen2.5-0.5b']) expect(f.sentence(id)).toBe(id)
  for (const text of ['words 30: closes', 'words · naive', 'words'])
    expect(f.sentence(text, ['vectors', 'words'])).toBe(text)
  expect(f.sentence('wordsmiths agree', ['words'])).toBe('Wordsmiths agree')
})

describe('sizes and times', () => {
  it.each([
    [900, '900 B'],
    [212_400_000, '212 MB'],
    [1_300_000_000, '1.3 GB'],
    [999_600, '1.0 MB'],
  ])('prints %d bytes as %s', (size, text) => expect(plain(f.bytes(size))).toBe(text))
  it.each([
    [0.4, 'under 1 s'],
    [8.4, '8 s'],
    [220, '3 min 40 s'],
    [240, '4 min'],
    [3599.6, '1 h'],
    [4800, '1 h 20 min'],
  ])('prints %d seconds as %s', (seconds, text) => expect(plain(f.duration(seconds))).toBe(text))
  it.each([
    [0.2, 'about 1 s'],
    [7.4, 'about 7 s'],
    [19, 'about 20 s'],
    [283, 'about 4 min 30 s'],
    [2302, 'about 38 min'],
    [5400, 'about 1 h 30 min'],
    [5523, 'about 1 h 30 min'],
  ])('prints an estimate of %d seconds as %s', (seconds, text) => expect(plain(f.about(seconds))).toBe(text))
  it('gives the day only when it is another one', () => {
    const now = new Date(2026, 10, 23, 15, 0).getTime()
    expect(f.when(new Date(2026, 10, 23, 9, 5).getTime(), now)).toBe('09:05')
    expect(f.when(new Date(2026, 10, 22, 9, 5).getTime(), now)).toBe('22 Nov 09:05')
    expect(f.when(new Date(2025, 10, 22, 9, 5).getTime(), now)).toBe('22 Nov 2025 09:05')
  })
})

describe('counts and plain numbers', () => {
  it.each([
    [98_304, '98.3 k'],
    [17_241_984, '17.2 M'],
    [134_515_008, '135 M'],
    [1_711_376_384, '1.71 B'],
  ])('%i weights are %s', (n, text) => expect(f.parameters(n)).toBe(text))

  it('says what an estimate rests on', () => {
    expect(f.basis({ seeds: 3, examples: 1000 })).toBe('3 seeds × 1,000 examples')
    expect(f.basis({ seeds: 1, examples: 380 })).toBe('1 seed × 380 examples')
  })
  it('keeps about four digits, and says NaN when it is NaN', () => {
    expect(f.number(0.46612)).toBe('0.4661')
    expect(f.number(12_345.6)).toBe('12,350')
    expect(f.outOf(21, 1500)).toBe('21 of 1,500')
    expect(f.number(1e-4)).toBe('1.0e\u22124')
    expect(f.number(Number.NaN)).toBe('NaN')
  })
  it('have the same decimals at all ticks of an axis, unless these were zeros without end', () => {
    expect([0.65, 0.7, -0.5, 0].map((value) => f.tickNumber(value, 2))).toEqual(['0.65', '0.70', '\u22120.50', '0.00'])
    expect([20, 40].map((value) => f.tickNumber(value, 0))).toEqual(['20', '40'])
    expect([2e-5, 4e-5].map((value) => f.tickNumber(value, 5))).toEqual(['2.0e\u22125', '4.0e\u22125'])
  })
  it('joins lists as one speaks', () => {
    expect(f.list(['a'])).toBe('a')
    expect(f.list(['a', 'b', 'c'])).toBe('a, b and c')
  })
})
