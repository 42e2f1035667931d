import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CheckpointError } from '../../../src-main/data/checkpoints/errors'
import { Metadata } from '../../../src-main/data/checkpoints/gguf'
import { createTokenizer, type TextTokenizer } from '../../../src-main/data/tokenizers'
import { ggufTokenizer } from '../../../src-main/data/tokenizers/gguf'
import { golden } from '../checkpoints/golden'

const read = (name: string, file: string): unknown => JSON.parse(readFileSync(golden(name, file), 'utf8'))

function tokenizerOf(name: string, change: object = {}): TextTokenizer {
  const tokenizer = { ...(read(name, 'tokenizer.json') as object), ...change }
  return createTokenizer({ tokenizer, config: read(name, 'tokenizer_config.json') }, 'tokenizer.json')
}

const gpt2 = tokenizerOf('tiny-gpt2')
const bert = tokenizerOf('tiny-bert')

describe('a tokenizer', () => {
  it('cuts a text at its end and keeps the special tokens round it', () => {
    const text = 'A whale is a kind of mammal.'
    const whole = bert.encode(text)
    const [first, last] = [bert.idOf('[CLS]')!, bert.idOf('[SEP]')!]
    expect([whole[0], whole.at(-1)]).toEqual([first, last])
    for (const limit of [2, 3, 7, whole.length, 100])
      expect(bert.encode(text, limit)).toEqual(limit >= whole.length ? whole : [...whole.slice(0, limit - 1), last])
    expect(bert.encode(text, 0)).toEqual([first, last])
    expect(gpt2.encode(text, 3)).toEqual(gpt2.encode(text).slice(0, 3))
  })

  it('begins a text that is to be gone on with, cut at its start, and goes on with one cut on its own', () => {
    const text = 'A whale is a kind of mammal.'
    expect(bert.begin(text)).toEqual(bert.encode(text).slice(0, -1))
    expect(bert.goOn(text)).toEqual(bert.encode(text).slice(1, -1))
    for (const limit of [1, 3, 100])
      expect(bert.begin(text, limit)).toEqual([bert.encode(text)[0], ...bert.goOn(text).slice(-limit + 1 || Infinity)])
    expect(gpt2.begin(text, 3)).toEqual(gpt2.encode(text).slice(-3))
    // Together the letters would be one token, of which a model that is given the first alone never writes the rest.
    const together = gpt2.encode(' the')
    expect(together).toHaveLength(1)
    expect([...gpt2.begin(' t'), ...gpt2.goOn('he')].length).toBeGreaterThan(1)
    expect(gpt2.decode([...gpt2.begin(' t'), ...gpt2.goOn('he')])).toBe(' the')
  })

  it('goes on without the blank that only the beginning of a text gets', () => {
    const pre_tokenizer = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: true }
    const words = tokenizerOf('tiny-gpt2', {
      ...{ pre_tokenizer, normalizer: null, post_processor: null, decoder: { type: 'Fuse' }, added_tokens: [] },
      model: { type: 'WordLevel', vocab: { '?': 0, '▁Nf3': 1, Nf3: 2 }, unk_token: '?' },
    })
    expect([words.begin('Nf3'), words.goOn('Nf3'), words.goOn(' Nf3')]).toEqual([[1], [2], [1]])
    expect(words.decode([1, 2])).toBe('▁Nf3Nf3')
    const blank = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true }
    for (const pre_tokenizer of [blank, { type: 'Sequence', pretokenizers: [blank] }]) {
      const bytes = tokenizerOf('tiny-gpt2', { pre_tokenizer })
      expect(bytes.decode(bytes.begin('Nf3'))).toBe(' Nf3')
      expect(bytes.decode(bytes.goOn('Nf3'))).toBe('Nf3')
      expect(bytes.goOn(' Nf3')).toEqual(bytes.begin('Nf3'))
    }
  })

  it('gives nothing, or special tokens alone, for an empty text', () => {
    expect(gpt2.encode('')).toEqual([])
    expect(bert.encode('').length).toBe(2)
  })

  it('byte-level tokens say every text again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        // A special token that stands in the text itself is left out.
        fc.pre(!text.includes('<|'))
        const ids = gpt2.encode(text)
        expect(ids.every((id) => id >= 0 && id < gpt2.size)).toBe(true)
        expect(gpt2.decode(ids)).toBe(text)
      }),
    )
  })

  it('knows its end, its tokens and its size', () => {
    expect(gpt2.end).toBe(0)
    expect(bert.end).toBeUndefined()
    expect(gpt2.idOf('<|endoftext|>')).toBe(0)
    expect(gpt2.idOf('no such token')).toBeUndefined()
    expect(gpt2.size).toBe(300)
    expect(gpt2.decode([gpt2.end!, ...gpt2.encode('a')])).toBe('a')
  })

  it('leaves padding and truncation to its caller', () => {
    const padding = { strategy: { Fixed: 40 }, direction: 'Right', pad_id: 0, pad_type_id: 0, pad_token: '[PAD]' }
    const truncation = { max_length: 4, strategy: 'LongestFirst', stride: 0, direction: 'Right' }
    const text = 'a longer text than four tokens'
    expect(tokenizerOf('tiny-bert', { padding, truncation }).encode(text)).toEqual(bert.encode(text))
  })

  it('takes everything for a digit that Unicode counts as a number, as the reference does', () => {
    const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
    const digits = { type: 'Digits', individual_digits: true }
    const llama = tokenizerOf('tiny-llama', {
      pre_tokenizer: { type: 'Sequence', pretokenizers: [digits, byteLevel] },
      // The bytes of a space and of one half; a merge across them that must not happen.
      model: { type: 'BPE', vocab: { Ġ: 0, Â: 1, '½': 2, ĠÂ: 3 }, merges: ['Ġ Â'] },
      added_tokens: [],
    })
    expect(llama.encode(' ½')).toEqual([0, 1, 2])
  })

  it.each<[string, object, string]>([
    ['no vocabulary', { model: { type: 'BPE', merges: [] } }, 'tokenizer.json: model.vocab: expected'],
    ['an id that is none', { model: { type: 'BPE', vocab: { a: -1 }, merges: [] } }, 'tokenizer.json: model.vocab'],
    ['another model', { model: { type: 'Mystery', vocab: {} } }, 'tokenizer.json: model.type: expected one of "BPE"'],
    [
      'an unknown normalizer',
      { normalizer: { type: 'Mystery' } },
      'tokenizer.json: normalizer.type: expected one of "BertNormalizer"',
    ],
    [
      'an unknown pre-tokenizer',
      { pre_tokenizer: { type: 'Mystery' } },
      'tokenizer.json: pre_tokenizer.type: expected one of "BertPreTokenizer"',
    ],
  ])('with %s is refused', (_what, change, message) => {
    expect(() => tokenizerOf('tiny-gpt2', change)).toThrow(message)
    expect(() => tokenizerOf('tiny-gpt2', change)).toThrow(CheckpointError)
  })
})

describe('the tokenizer of a GGUF file', () => {
  const sound = {
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'gpt-2',
    'tokenizer.ggml.tokens': ['a', 'b', 'ab', '<s>', '</s>'],
    'tokenizer.ggml.token_type': [1, 1, 1, 3, 3],
    'tokenizer.ggml.merges': ['a b'],
    'tokenizer.ggml.bos_token_id': 3,
    'tokenizer.ggml.eos_token_id': 4,
  }
  const make = (change: object) =>
    createTokenizer(ggufTokenizer(new Metadata({ ...sound, ...change }, 'x.gguf')), 'x.gguf')

  it('merges, finds control tokens, and puts them round a text where the file asks for it', () => {
    expect(make({}).encode('abba</s>')).toEqual([2, 1, 0, 4])
    expect(make({}).end).toBe(4)
    expect(make({ 'tokenizer.ggml.add_bos_token': true }).encode('ab')).toEqual([3, 2])
    const both = { 'tokenizer.ggml.add_bos_token': true, 'tokenizer.ggml.add_eos_token': true }
    expect(make(both).encode('ab', 2)).toEqual([3, 4])
  })

  it("begins a text with the first token where Llama 3's does and the file does not say otherwise", () => {
    const llama = { 'tokenizer.ggml.pre': 'llama-bpe' }
    expect(make(llama).encode('ab')).toEqual([3, 2])
    expect(make({ ...llama, 'tokenizer.ggml.add_bos_token': false }).encode('ab')).toEqual([2])
    expect(make({ 'tokenizer.ggml.pre': 'qwen2' }).encode('ab')).toEqual([2])
  })

  it.each<[string, object, string]>([
    [
      'another model',
      { 'tokenizer.ggml.model': 'llama' },
      'x.gguf: tokenizer.ggml.model: expected gpt2 or bert, got llama',
    ],
    [
      'another way to cut',
      { 'tokenizer.ggml.pre': 'viking' },
      'x.gguf: tokenizer.ggml.pre: expected one of gpt-2, olmo, smollm, starcoder, qwen2, llama-bpe, got viking',
    ],
    [
      'a token twice',
      { 'tokenizer.ggml.tokens': ['a', 'b', 'a', 'c', 'd'] },
      'tokenizer.ggml.tokens: expected every token once, got "a" twice',
    ],
    [
      'a type too few',
      { 'tokenizer.ggml.token_type': [1] },
      'tokenizer.ggml.token_type: expected 5 types, one a token, got 1',
    ],
    [
      'a merge of three',
      { 'tokenizer.ggml.merges': ['a b a'] },
      'tokenizer.ggml.merges: expected two tokens a merge, got ["a","b","a"]',
    ],
    [
      'an id beyond the tokens',
      { 'tokenizer.ggml.eos_token_id': 5 },
      'tokenizer.ggml.eos_token_id: expected an id below 5, got 5',
    ],
    [
      'tokens that are no texts',
      { 'tokenizer.ggml.tokens': [1n, 2n] },
      'tokenizer.ggml.tokens: expected a list of texts, got [1,2]',
    ],
  ])('with %s is refused', (_what, change, message) => {
    expect(() => make(change)).toThrow(message)
  })
})
