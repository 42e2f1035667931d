import { z } from 'zod'
import { refuse } from '../checkpoints/errors'
import { parseJsonFile, parseValue } from '../checkpoints/json'
import type { AddedToken } from './added-tokens'
import { configSchema, contentOf, type Config } from './config'
import type { TokenizerDefinition } from './index'

const SPECIAL = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
const CONFIG = 'tokenizer_config.json'

const bertKeys = configSchema.extend({
  unk_token: configSchema.shape.eos_token,
  cls_token: configSchema.shape.eos_token,
  sep_token: configSchema.shape.eos_token,
  pad_token: configSchema.shape.eos_token,
  mask_token: configSchema.shape.eos_token,
})
const gpt2Keys = configSchema.extend({
  add_bos_token: z.boolean().nullish(),
  add_eos_token: z.boolean().nullish(),
})

/**
 * BERT's tokenizer from its list of tokens, as transformers makes it where there is no tokenizer.json.
 * @param text vocab.txt: a token a line, its number its id; of a token that stands twice the last line counts
 * @param config the content of tokenizer_config.json; `{}` where there is none
 * @throws CheckpointError when the tokens that stand round a text, or for an unknown word, are no lines
 */
export function fromBertVocab(text: string, config: unknown): TokenizerDefinition {
  const keys = parseValue(config, CONFIG, bertKeys)
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const vocabulary = new Map(lines.map((line, id) => [line.trimEnd(), id] as const))
  const idOf = (token: string) =>
    vocabulary.get(token) ?? refuse('vocab.txt', `a line ${JSON.stringify(token)}`, `${lines.length} lines without it`)
  const [unknown, before, after] = [
    contentOf(keys.unk_token) ?? '[UNK]',
    contentOf(keys.cls_token) ?? '[CLS]',
    contentOf(keys.sep_token) ?? '[SEP]',
  ]
  const others = [contentOf(keys.pad_token) ?? '[PAD]', contentOf(keys.mask_token) ?? '[MASK]']
  return {
    tokenizer: {
      ...shared([unknown, before, after, ...others.filter((token) => vocabulary.has(token))], idOf),
      normalizer: {
        type: 'BertNormalizer',
        clean_text: true,
        handle_chinese_chars: keys.tokenize_chinese_chars ?? true,
        strip_accents: keys.strip_accents ?? null,
        lowercase: keys.do_lower_case ?? true,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: { type: 'BertProcessing', sep: [after, idOf(after)], cls: [before, idOf(before)] },
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        type: 'WordPiece',
        unk_token: unknown,
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(vocabulary),
      },
    },
    config: keys,
  }
}

/**
 * GPT-2's tokenizer from its vocabulary and merges, as transformers makes it where there is no tokenizer.json.
 * @param vocab the text of vocab.json
 * @param merges the text of merges.txt: a merge a line, the most frequent first
 * @param config the content of tokenizer_config.json; `{}` where there is none
 * @throws CheckpointError naming file and line
 */
export function fromGpt2Files(vocab: string, merges: string, config: unknown): TokenizerDefinition {
  const keys = parseValue(config, CONFIG, gpt2Keys)
  // Not by a schema of objects: the token `__proto__` would be lost on the way.
  const ids = parseJsonFile(vocab, 'vocab.json', z.custom<Record<string, unknown>>(isObject, 'an object'))
  const rows = merges.split(/\r?\n/)
  while (rows.at(-1) === '') rows.pop()
  const pairs = rows.flatMap((row, i) => {
    if (row.startsWith('#version')) return []
    const pair = row.split(' ')
    return pair.length === 2 ? [pair] : refuse(`merges.txt: line ${i + 1}`, 'two tokens', JSON.stringify(row))
  })
  const idOf = (token: string) => {
    const id = Object.hasOwn(ids, token) ? ids[token] : undefined
    return typeof id === 'number' ? id : refuse('vocab.json', `the token ${JSON.stringify(token)}`, 'none of that name')
  }
  const named = (token: Config['eos_token']) => contentOf(token) ?? '<|endoftext|>'
  const [first, last] = [named(keys.bos_token), named(keys.eos_token)]
  const around = [...(keys.add_bos_token ? [first] : []), null, ...(keys.add_eos_token ? [last] : [])]
  return {
    tokenizer: {
      ...shared(
        [first, last].filter((token) => Object.hasOwn(ids, token)),
        idOf,
      ),
      normalizer: null,
      pre_tokenizer: {
        type: 'ByteLevel',
        add_prefix_space: keys.add_prefix_space ?? false,
        trim_offsets: true,
        use_regex: true,
      },
      post_processor: around.length === 1 ? null : template(around, idOf),
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: { type: 'BPE', unk_token: null, vocab: ids, merges: pairs },
    },
    config: keys,
  }
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Tokens round a text, which is null. */
function template(around: readonly (string | null)[], idOf: (token: string) => number) {
  const text = (id: string) => ({ Sequence: { id, type_id: 0 } })
  const single = around.map((token) => (token === null ? text('A') : { SpecialToken: { id: token, type_id: 0 } }))
  const tokens = around.filter((token) => token !== null)
  return {
    type: 'TemplateProcessing',
    single,
    pair: [...single, text('B')],
    special_tokens: Object.fromEntries(tokens.map((id) => [id, { id, ids: [idOf(id)], tokens: [id] }])),
  }
}

function shared(special: readonly string[], idOf: (token: string) => number) {
  const tokens: AddedToken[] = [...new Set(special)].map((content) => ({ id: idOf(content), content, ...SPECIAL }))
  return { version: '1.0', truncation: null, padding: null, added_tokens: tokens.sort((a, b) => a.id - b.id) }
}
