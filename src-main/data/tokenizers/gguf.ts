import { refuse } from '../checkpoints/errors'
import type { Metadata } from '../checkpoints/gguf'
import type { TokenizerDefinition } from './index'

/** Token types of GGUF that are found in a text before it is split: control tokens and what users have added. */
const CONTROL = 3
const USER_DEFINED = 4

const BYTE_LEVEL = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
const split = (pattern: string) => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
    { ...BYTE_LEVEL, use_regex: false },
  ],
})
const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
const rest = '| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+'

interface Splitting {
  pre_tokenizer: object
  normalizer?: object
  ignore_merges?: boolean
  /** Whether a text begins with the first token where the file does not say. */
  add_bos?: boolean
}

const gpt2: Splitting = { pre_tokenizer: BYTE_LEVEL }
const digits: Splitting = {
  pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, BYTE_LEVEL] },
}
const qwen2: Splitting = {
  pre_tokenizer: split(`${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${rest}`),
  normalizer: { type: 'NFC' },
}
const llama3: Splitting = {
  pre_tokenizer: split(`${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}${rest}`),
  ignore_merges: true,
  add_bos: true,
}

/** How texts are cut into words before merging, by llama.cpp's name of it (`tokenizer.ggml.pre`). */
const SPLITTINGS: Readonly<Record<string, Splitting>> = {
  'gpt-2': gpt2,
  olmo: gpt2,
  smollm: digits,
  starcoder: digits,
  qwen2,
  'llama-bpe': llama3,
}

/**
 * The tokenizer that a GGUF file carries, in the form of tokenizer.json: byte-level BPE (`gpt2`) or WordPiece (`bert`).
 * @throws CheckpointError naming file, key, expectation and value
 */
export function ggufTokenizer(metadata: Metadata): TokenizerDefinition {
  const model = metadata.text('tokenizer.ggml.model')
  const tokens = metadata.texts('tokenizer.ggml.tokens')
  const seen = new Set<string>()
  const twin = tokens.find((token) => seen.size === seen.add(token).size)
  if (twin !== undefined) refuse(`${metadata.file}: tokenizer.ggml.tokens`, 'every token once', `"${twin}" twice`)
  if (model === 'gpt2') return bytePairs(metadata, tokens)
  if (model === 'bert') return wordPieces(metadata, tokens)
  return refuse(`${metadata.file}: tokenizer.ggml.model`, 'gpt2 or bert', model)
}

function bytePairs(metadata: Metadata, tokens: string[]): TokenizerDefinition {
  const pre = metadata.text('tokenizer.ggml.pre')
  const splitting = Object.hasOwn(SPLITTINGS, pre) ? SPLITTINGS[pre] : undefined
  if (!splitting)
    return refuse(`${metadata.file}: tokenizer.ggml.pre`, `one of ${Object.keys(SPLITTINGS).join(', ')}`, pre)
  const merges = metadata.texts('tokenizer.ggml.merges').map((merge) => merge.split(' '))
  const broken = merges.find((merge) => merge.length !== 2)
  if (broken) refuse(`${metadata.file}: tokenizer.ggml.merges`, 'two tokens a merge', broken)
  const byteLevel = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true }
  const around = ends(metadata, tokens, splitting.add_bos ?? false)
  return {
    tokenizer: {
      ...shared(metadata, tokens),
      normalizer: splitting.normalizer ?? null,
      pre_tokenizer: splitting.pre_tokenizer,
      post_processor: around.before || around.after ? template(tokens, around) : byteLevel,
      decoder: byteLevel,
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: splitting.ignore_merges ?? false,
        vocab: vocabulary(tokens),
        merges,
      },
    },
    config: configOf(metadata, tokens),
  }
}

/** The file marks where words begin (`▁the`); WordPiece marks where they go on (`##ing`). */
function wordPieces(metadata: Metadata, marked: string[]): TokenizerDefinition {
  const tokens = marked.map((token) =>
    token.startsWith('▁') ? token.slice(1) : /^\[.*\]$/.test(token) ? token : `##${token}`,
  )
  const unknown = tokenAt(metadata, tokens, 'unknown_token_id') ?? '[UNK]'
  const before = tokenAt(metadata, tokens, 'cls_token_id') ?? tokenAt(metadata, tokens, 'bos_token_id')
  // The key is spelled like this.
  const after = tokenAt(metadata, tokens, 'seperator_token_id') ?? tokenAt(metadata, tokens, 'eos_token_id')
  // The file does not say whether case counts; a vocabulary without capitals does.
  const isLower = !tokens.some((token) => /[A-Z]/.test(token) && !/^\[.*\]$/.test(token))
  return {
    tokenizer: {
      ...shared(metadata, tokens),
      normalizer: {
        type: 'BertNormalizer',
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: isLower,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: template(tokens, { before, after }),
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        type: 'WordPiece',
        unk_token: unknown,
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab: vocabulary(tokens),
      },
    },
    config: configOf(metadata, tokens),
  }
}

const vocabulary = (tokens: string[]) => Object.fromEntries(tokens.map((token, id) => [token, id]))

function shared(metadata: Metadata, tokens: string[]) {
  const types = metadata.numbers('tokenizer.ggml.token_type')
  if (types.length !== tokens.length)
    refuse(`${metadata.file}: tokenizer.ggml.token_type`, `${tokens.length} types, one a token`, types.length)
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false }
  const added = tokens.flatMap((content, id) =>
    types[id] === CONTROL || types[id] === USER_DEFINED
      ? [{ id, content, ...flags, special: types[id] === CONTROL }]
      : [],
  )
  return { version: '1.0', truncation: null, padding: null, added_tokens: added }
}

interface Ends {
  before?: string
  after?: string
}

/** The tokens that a text begins and ends with, where the file asks for any; what it leaves open is as in llama.cpp. */
function ends(metadata: Metadata, tokens: string[], addsBos: boolean): Ends {
  const asks = (key: string, otherwise = false) => (metadata.get(`tokenizer.ggml.${key}`) ?? otherwise) === true
  return {
    before: asks('add_bos_token', addsBos) ? tokenAt(metadata, tokens, 'bos_token_id') : undefined,
    after: asks('add_eos_token') ? tokenAt(metadata, tokens, 'eos_token_id') : undefined,
  }
}

function template(tokens: string[], { before, after }: Ends) {
  const special = (token: string | undefined, type: number) =>
    token === undefined ? [] : [{ SpecialToken: { id: token, type_id: type } }]
  const text = (id: string, type: number) => [{ Sequence: { id, type_id: type } }, ...special(after, type)]
  const entries = [before, after].filter((token) => token !== undefined)
  return {
    type: 'TemplateProcessing',
    single: [...special(before, 0), ...text('A', 0)],
    pair: [...special(before, 0), ...text('A', 0), ...text('B', 1)],
    special_tokens: Object.fromEntries(
      entries.map((token) => [token, { id: token, ids: [tokens.indexOf(token)], tokens: [token] }]),
    ),
  }
}

/** The token whose id a key names. @throws CheckpointError when there is no such token */
function tokenAt(metadata: Metadata, tokens: string[], key: string): string | undefined {
  const name = `tokenizer.ggml.${key}`
  if (metadata.get(name) === undefined) return undefined
  const id = metadata.number(name)
  return tokens[id] ?? refuse(`${metadata.file}: ${name}`, `an id below ${tokens.length}`, id)
}

function configOf(metadata: Metadata, tokens: string[]): object {
  const names = {
    bos_token: 'bos_token_id',
    eos_token: 'eos_token_id',
    unk_token: 'unknown_token_id',
    pad_token: 'padding_token_id',
    cls_token: 'cls_token_id',
    sep_token: 'seperator_token_id',
    mask_token: 'mask_token_id',
  }
  const found = Object.entries(names).map(([name, key]) => [name, tokenAt(metadata, tokens, key)] as const)
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    clean_up_tokenization_spaces: false,
    ...Object.fromEntries(found.filter(([, token]) => token !== undefined)),
  }
}
