import { describe, expect, it } from 'vitest'
import { createTokenizer, type TextTokenizer } from '../../../src-main/data/tokenizers'
import { fromBertVocab, fromGpt2Files } from '../../../src-main/data/tokenizers/vocabulary-files'
import { reference, texts } from './reference'

type Files = Partial<Record<string, string>>
const cases = reference('configured') as { files: Files; ids: number[][] }[]

function tokenizerOf(files: Files): TextTokenizer {
  const config: unknown = JSON.parse(files['tokenizer_config.json']!)
  if (files['tokenizer.json'] !== undefined)
    return createTokenizer({ tokenizer: JSON.parse(files['tokenizer.json']), config }, 'tokenizer.json')
  if (files['vocab.txt'] !== undefined) return createTokenizer(fromBertVocab(files['vocab.txt'], config), 'vocab.txt')
  return createTokenizer(fromGpt2Files(files['vocab.json']!, files['merges.txt']!, config), 'vocab.json')
}

describe('a folder of transformers', () => {
  const rows = cases.map((given, i) => {
    const { 'tokenizer_config.json': config, ...files } = given.files
    return [i, Object.keys(files).join(' and '), config!, given] as const
  })
  it.each(rows)('%i of %s with %s gives the ids of transformers', (_i, _files, _config, { files, ids }) => {
    const made = tokenizerOf(files)
    expect(texts.slice(0, ids.length).map((text) => made.encode(text))).toEqual(ids)
  })

  it.each(rows)(
    '%i of %s with %s is the same when it is saved and read again',
    (_i, _files, _config, { files, ids }) => {
      const { tokenizer, config } = tokenizerOf(files).definition
      const again = createTokenizer({ tokenizer, config }, 'tokenizer.json')
      expect(texts.slice(0, ids.length).map((text) => again.encode(text))).toEqual(ids)
    },
  )

  it('leaves tokenizer.json alone where no class of BERT is named', () => {
    const { files, ids } = cases.find(
      ({ files }) => files['tokenizer.json'] && files['tokenizer_config.json']!.length < 40,
    )!
    const tokenizer: unknown = JSON.parse(files['tokenizer.json']!)
    const made = createTokenizer(
      { tokenizer, config: { tokenizer_class: 'PreTrainedTokenizerFast', do_lower_case: false } },
      'x',
    )
    expect(texts.slice(0, ids.length).map((text) => made.encode(text))).toEqual(ids)
    const cased = createTokenizer({ tokenizer, config: { do_lower_case: false } }, 'x')
    expect(cased.encode('The')).not.toEqual(made.encode('The'))
  })

  it('names what is wrong with a vocabulary', () => {
    const bert = '[UNK]\n[CLS]\n[SEP]\na\n'
    expect(() => fromBertVocab('a\nb\n', {})).toThrow('vocab.txt: expected a line "[UNK]", got 2 lines without it')
    expect(() => fromBertVocab(bert, { cls_token: '<s>' })).toThrow('vocab.txt: expected a line "<s>"')
    expect(createTokenizer(fromBertVocab(bert.replaceAll('\n', '\r\n'), {}), 'x').encode('A b')).toEqual([1, 3, 0, 2])
    expect(() => fromGpt2Files('{"a":0}', '#version: 0.2\na b c\n', {})).toThrow(
      'merges.txt: line 2: expected two tokens, got "a b c"',
    )
    expect(() => fromGpt2Files('[]', '', {})).toThrow('vocab.json: expected an object, got []')
    expect(() => fromGpt2Files('{"a":0}', '', { add_bos_token: true })).toThrow(
      'vocab.json: expected the token "<|endoftext|>"',
    )
    const missing = createTokenizerOf('{"a":0,"b":1}', 'a b\n')
    expect(missing).toThrow('vocab.json: model.merges[0]: expected tokens of the vocabulary, got "ab"')
  })
})

const createTokenizerOf = (vocab: string, merges: string) => () =>
  createTokenizer(fromGpt2Files(vocab, merges, {}), 'vocab.json')
