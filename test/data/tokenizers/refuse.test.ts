import { describe, expect, it } from 'vitest'
import { CheckpointError } from '../../../src-main/data/checkpoints/errors'
import { createTokenizer } from '../../../src-main/data/tokenizers'

const plain = {
  version: '1.0',
  added_tokens: [] as object[],
  normalizer: null as object | null,
  pre_tokenizer: { type: 'WhitespaceSplit' } as object | null,
  post_processor: null as object | null,
  decoder: null as object | null,
  model: { type: 'WordLevel', unk_token: '?', vocab: { '?': 0, a: 1, aa: 2 } } as object,
}
const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: false }
const make = (change: object, config: object = {}) =>
  createTokenizer({ tokenizer: { ...plain, ...change }, config }, 'tokenizer.json')
const bpe = (change: object) => ({
  model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2, '##b': 3 }, merges: [], ...change },
})
const splitAt = (Regex: string) => ({
  pre_tokenizer: { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false },
})
const template = (single: unknown, special: object = {}) => ({
  post_processor: { type: 'TemplateProcessing', single, pair: [], special_tokens: special },
})
const text = (id = 'A', type = 0) => ({ Sequence: { id, type_id: type } })
const cls = { SpecialToken: { id: '[CLS]', type_id: 0 } }
const sequence = (normalizers: object[]) => ({ normalizer: { type: 'Sequence', normalizers } })
const doubling = { type: 'Replace', pattern: { String: 'a' }, content: 'aa' }

describe('a setting that is not known to give the same ids is refused by its name', () => {
  it.each<[string, object, string]>([
    ['Unigram', { model: { type: 'Unigram', vocab: [['a', 0]], unk_id: 0 } }, 'model.type: expected one of "BPE"'],
    ['dropout', bpe({ dropout: 0.1 }), 'model.dropout: expected'],
    ['a key that nobody knows', bpe({ shuffle: true }), 'model.shuffle: expected no such key here, got true'],
    [
      'Precompiled',
      { normalizer: { type: 'Precompiled', precompiled_charsmap: '' } },
      'normalizer.type: expected one of',
    ],
    ['Nmt', sequence([{ type: 'Lowercase' }, { type: 'Nmt' }]), 'normalizer.normalizers[1].type: expected one of'],
    ['a switch that is missing', { normalizer: { type: 'BertNormalizer' } }, 'normalizer.clean_text: expected true or'],
    ['UnicodeScripts', { pre_tokenizer: { type: 'UnicodeScripts' } }, 'pre_tokenizer.type: expected one of'],
    [
      'pieces of no length',
      { pre_tokenizer: { type: 'FixedLength', length: 0 } },
      'pre_tokenizer.length: expected at least 1',
    ],
    [
      'Metaspace at the first piece of a changed text',
      {
        normalizer: { type: 'Lowercase' },
        pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: true },
      },
      'pre_tokenizer.prepend_scheme: expected "always" or "never" behind a normalizer',
    ],
    [
      'Metaspace that says two things',
      { pre_tokenizer: { type: 'Metaspace', replacement: '▁', add_prefix_space: false } },
      'pre_tokenizer.prepend_scheme: expected prepend_scheme "never"',
    ],
    [
      'a delimiter of two letters',
      { pre_tokenizer: { type: 'CharDelimiterSplit', delimiter: 'ab' } },
      'pre_tokenizer.delimiter: expected one character',
    ],
    ['a template of nothing', template([null]), 'post_processor.single[0]: expected'],
    ['a template of no list', template('x'), 'post_processor.single: expected a list'],
    ['a template without the text', template([]), 'post_processor.single: expected the text once, got it 0 times'],
    ['a template with the text twice', template([text(), text()]), 'expected the text once, got it 2 times'],
    ['a template with a second text', template([text('B')]), 'post_processor.single[0]'],
    ['a template with another type', template([text('A', 1)]), 'post_processor.single[0]'],
    [
      'a token that is not described',
      template([cls, text()]),
      'post_processor.single[0].SpecialToken.id: expected one of special_tokens',
    ],
    [
      'an id below 0',
      { post_processor: { type: 'BertProcessing', sep: ['x', -1], cls: ['y', 0] } },
      'post_processor.sep[1]',
    ],
    [
      'two that place tokens',
      {
        post_processor: {
          type: 'Sequence',
          processors: [1, 2].map(() => ({ type: 'BertProcessing', sep: ['x', 0], cls: ['y', 0] })),
        },
      },
      'post_processor.processors: expected one that places tokens, got 2',
    ],
    [
      'an added token with another id',
      { added_tokens: [{ id: 9, content: '<m>', ...flags }] },
      'added_tokens[0].id: expected 3',
    ],
    [
      'an added token without its flags',
      { added_tokens: [{ id: 3, content: '<m>' }] },
      'added_tokens[0].single_word: expected true',
    ],
    [
      'two added tokens that are alike when normalized',
      {
        normalizer: { type: 'Lowercase' },
        added_tokens: ['<m>', '<M>'].map((content, i) => ({ ...flags, id: 3 + i, content, normalized: true })),
      },
      'added_tokens: expected tokens that differ when normalized',
    ],
    [
      'an unknown token that is none',
      { model: { ...plain.model, unk_token: 'x' } },
      'model.unk_token: expected a token of the vocabulary, got "x"',
    ],
    [
      'an id twice',
      { model: { ...plain.model, vocab: { '?': 0, a: 0 } } },
      'model.vocab["a"]: expected an id of its own, got that of "?"',
    ],
    [
      'an id that is no number',
      { model: { ...plain.model, vocab: { '?': '0' } } },
      'model.vocab["?"]: expected a whole number',
    ],
    [
      'a vocabulary that is a list',
      { model: { ...plain.model, vocab: ['?'] } },
      'model.vocab: expected an object of tokens',
    ],
    ['a merge of three', bpe({ merges: ['a b a'] }), 'model.merges[0]: expected two tokens, got a b a'],
    ['a merge of nothing', bpe({ merges: [null] }), 'model.merges[0]: expected two tokens, got null'],
    [
      'a merge of a strange token',
      bpe({ merges: [['a', 'c']] }),
      'model.merges[0]: expected tokens of the vocabulary, got "c"',
    ],
    [
      'a merge without the prefix',
      bpe({ continuing_subword_prefix: '##', merges: [['a', 'b']] }),
      'model.merges[0]: expected two tokens, the second with "##" before it',
    ],
    ['another version', { version: '2.0' }, 'tokenizer.json: version: expected "1.0"'],
  ])('%s', (_what, change, message) => {
    expect(() => make(change)).toThrow(message)
    expect(() => make(change)).toThrow(CheckpointError)
  })

  it.each<[string, string]>([
    ['(', 'a closing bracket, got its end'],
    ['a)', 'a pattern whose brackets match, got ")" at character 1'],
    ['[', 'a class of characters alone'],
    ['[a&&b]', 'a class of characters alone'],
    ['[a[b]]', 'a class of characters alone'],
    ['[]', 'some characters in a class'],
    ['[z-a]', 'a range from one character to a later one'],
    ['[\\w-z]', 'a range from one character to a later one'],
    ['\\p{Greek}', 'one of the classes L, Lu,'],
    ['\\p', 'one of the classes L, Lu,'],
    ['\\b', 'an escape that is known here'],
    ['\\X', 'an escape that is known here'],
    ['(a)\\1', 'an escape that is known here'],
    ['a++', 'one repeat after another part'],
    ['a{2}?{3}', 'one repeat after another part'],
    ['a{3,2}', 'a count of at most 256'],
    ['a{1000}', 'a count of at most 256'],
    ['(a*)*', 'a repeat of something that is never empty'],
    ['(?<=a)b', 'one of the groups'],
    ['(?>a)', 'one of the groups'],
    ['(?=ab)', 'one character to look ahead at'],
    ['(?i:ss)', 'no ss, st, ff, fi or fl where case does not count'],
    ['(?i:é)', 'plain letters alone where case does not count'],
    ['(?i)a', 'one of the groups'],
    [`${'('.repeat(60)}a${')'.repeat(60)}`, 'at most 50 brackets in one another'],
    [`(?:${'[a-z]'.repeat(100)}){100}`, 'a pattern of at most 4000 steps'],
    ['a?'.repeat(600), 'a pattern of at most 512 choices'],
  ])('of the pattern %s', (pattern, message) => {
    expect(() => make(splitAt(pattern))).toThrow(`tokenizer.json: pre_tokenizer.pattern.Regex: expected ${message}`)
  })

  it('says what class would not use the normalizer of the file', () => {
    expect(() => make({ normalizer: { type: 'Lowercase' } }, { tokenizer_class: 'BertTokenizer' })).toThrow(
      'tokenizer_config.json: tokenizer_class: expected PreTrainedTokenizerFast where tokenizer.json has the normalizer Lowercase, got "BertTokenizer"',
    )
  })

  it('tells of a decoder only who asks for a text', () => {
    const made = make({ decoder: { type: 'CTC' } })
    expect(made.encode('a aa')).toEqual([1, 2])
    expect(() => made.decode([1])).toThrow('tokenizer.json: decoder: expected ByteLevel, WordPiece or Fuse')
  })
})

describe('a hostile tokenizer does no work beyond its size and that of the text', () => {
  it('that doubles a text twenty times is refused, as is one that makes bytes of bytes', () => {
    expect(() => make(sequence(Array.from({ length: 20 }, () => doubling)))).toThrow(
      'tokenizer.json: normalizer: expected texts that grow 256-fold at most, got 1048576',
    )
    const bytes = Array.from({ length: 20 }, () => ({ type: 'ByteLevel' }))
    expect(() => make(sequence(bytes))).toThrow('normalizer: expected texts that grow 256-fold at most')
    const everywhere = { type: 'Replace', pattern: { Regex: '' }, content: 'x'.repeat(1000) }
    expect(() => make({ normalizer: everywhere })).toThrow('normalizer: expected texts that grow 256-fold at most')
    expect(make(sequence([doubling])).encode('a')).toEqual([2])
  })

  // With a machine that goes back and forth these would outlast every test run.
  const long = `${'ab '.repeat(20_000)}!`
  it.each([
    ['(\\w+\\s?)+$', long],
    ['(?:a|a|ab|b)+(?:a|b| )+c', long],
    ['(?:(?:a+)+)+b', 'a'.repeat(50_000)],
    ['\\s+$', `${' '.repeat(50_000)}x`],
    ['a+b|a', 'a'.repeat(50_000)],
    [`${'a?'.repeat(200)}${'a'.repeat(200)}`, 'a'.repeat(5_000)],
  ])('the pattern %s ends', (pattern, given) => {
    const made = make({ ...splitAt(pattern), ...bpe({ unk_token: 'a' }) })
    expect(made.encode(given).length).toBeGreaterThan(0)
  })

  it('very long words are merged, cut and looked up', () => {
    const word = 'ab'.repeat(100_000)
    expect(make({ ...bpe({ merges: ['a b'] }), pre_tokenizer: null }).encode(word)).toEqual(Array(100_000).fill(2))
    const pieces = {
      type: 'WordPiece',
      unk_token: '?',
      continuing_subword_prefix: '',
      max_input_chars_per_word: 1e9,
      vocab: { '?': 0, a: 1, b: 2, ab: 3, [`${'ab'.repeat(2000)}a!`]: 4 },
    }
    expect(make({ model: pieces }).encode(word)).toEqual(Array(100_000).fill(3))
    const added = [{ ...flags, id: 3, content: `${'ab'.repeat(2000)}a!` }]
    expect(make({ added_tokens: added }).encode(word)).toEqual([0])
  })

  it('halves of a pair are read as U+FFFD, and names of every object are names like others', () => {
    const vocab = JSON.parse('{"?":0,"__proto__":1,"constructor":2,"\\ufffd":3}') as object
    const made = make({ model: { ...plain.model, vocab } })
    expect(made.encode('__proto__ constructor toString \ud800 \udc00')).toEqual([1, 2, 0, 3, 3])
    expect(made.idOf('hasOwnProperty')).toBeUndefined()
  })
})

describe('a limit', () => {
  it('cuts at the start where the tokenizer says so, and again after saving', () => {
    const sided = make({ truncation: { direction: 'Left', max_length: 3, strategy: 'LongestFirst', stride: 0 } })
    expect(sided.encode('a aa a', 2)).toEqual([2, 1])
    const again = createTokenizer(sided.definition, 'tokenizer.json')
    expect(again.encode('a aa a', 2)).toEqual([2, 1])
    expect(make({}, { truncation_side: 'left' }).encode('a aa a', 2)).toEqual([2, 1])
    expect(make({}).encode('a aa a', 2)).toEqual([1, 2])
    expect(sided.encode('a aa', 0)).toEqual([])
  })
})
