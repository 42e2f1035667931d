import { describe, expect, it } from 'vitest'
import { createEncoder, frequentWords } from '../../src-main/data/features'
import { tokenizeWords } from '../../src-main/data/words'

describe('tokenizeWords', () => {
  it.each([
    ["Don't stop, O'Neill!", ["don't", "o'neill", 'stop']],
    ['‘It’s 5 o’clock’', ["it's", '5', "o'clock"]],
    ['Café ÜBER naïve — 2nd', ['2nd', 'café', 'naïve', 'über']],
    ["`` Mrs. Catt '' , she said .", ['catt', 'mrs', 'said', 'she']],
    ['  ...  ', []],
    ['', []],
  ])('%s', (text, words) => {
    expect([...tokenizeWords(text)].sort()).toEqual([...words].sort())
  })

  it('keeps order and repetition', () => {
    expect(tokenizeWords('to be or not to be')).toEqual(['to', 'be', 'or', 'not', 'to', 'be'])
  })
})

describe('features', () => {
  const texts = ['the cat sat', 'the dog sat on the the the mat', 'a dog']

  it('takes the words of most texts, however often one text repeats them; ties alphabetically', () => {
    expect(frequentWords(texts, 4)).toEqual(['dog', 'sat', 'the', 'a'])
    expect(frequentWords(['b a', 'a b c'], 10)).toEqual(['a', 'b', 'c'])
  })

  it('`words` is presence, 0 or 1', () => {
    const encode = createEncoder({ kind: 'words', words: frequentWords(texts, 3) })
    expect(encode(['The dog, the DOG', 'nothing known'])).toEqual({
      n: 2,
      dense: { rows: 2, cols: 3, data: Float32Array.of(1, 0, 1, 0, 0, 0) },
    })
  })

  it('`vectors` is every known word in order; unknown ones are dropped, a text may have none', () => {
    const encode = createEncoder({ kind: 'vectors', words: ['the', 'cat', 'dog'] })
    expect(encode(['dog the zebra dog', 'zebra', 'cat'])).toEqual({
      n: 3,
      tokens: Int32Array.of(2, 0, 2, 1),
      offsets: Int32Array.of(0, 3, 3, 4),
    })
  })
})
