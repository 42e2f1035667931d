import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCorpus } from '../../../../src-main/data/corpora/read'
import { createTokenizer } from '../../../../src-main/data/tokenizers'
import { countWords, trainTokenizer } from '../../../../src-main/data/tokenizers/training'

interface Case {
  texts?: string[]
  documents?: number
  size: number
  merges: [string, string][]
  /** The greatest id. */
  last: number
}
const here = import.meta.dirname
const cases = JSON.parse(readFileSync(resolve(here, 'bpe.json'), 'utf8')) as Case[]
const corpus = await readCorpus(resolve(here, '../../../../resources/corpora/canterbury.jsonl.gz'))
const textsOf = ({ texts, documents }: Case) => texts ?? corpus.slice(0, documents)
const modelOf = (texts: string[], size: number) =>
  (
    trainTokenizer(countWords(texts), size, 256).tokenizer as {
      model: { merges: unknown; vocab: Record<string, number> }
    }
  ).model

describe('a BPE trained here', () => {
  it.each(cases.map((one, i) => [i, one] as const))('makes the merges of the reference, case %i', (_, one) => {
    const { merges, vocab } = modelOf(textsOf(one), one.size)
    expect(merges).toEqual(one.merges)
    expect(Math.max(...Object.values(vocab))).toBe(one.last)
  })

  it('is the same in whatever order the texts come', () => {
    const texts = corpus.slice(0, 20)
    expect(modelOf([...texts].reverse(), 600)).toEqual(modelOf(texts, 600))
  })

  it('writes every text, and gives it back; each text begins with the end of the one before', () => {
    const tokenizer = createTokenizer(trainTokenizer(countWords(corpus.slice(0, 20)), 500, 256), 'tokenizer.json')
    expect(tokenizer.size).toBe(500)
    for (const text of ['Call me Ishmael.', ' naïve 象 🐘 \n\n tab\t', '12.5 <b>', 'e4 e5 Nf3 O-O-O#']) {
      const ids = tokenizer.encode(text)
      expect(ids[0]).toBe(tokenizer.end)
      expect(tokenizer.decode(ids).replace(/^ /, '')).toBe(text.replace(/^ /, ''))
    }
  })
})
