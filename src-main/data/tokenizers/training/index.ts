import { LETTERS } from '../bytes'
import type { TokenizerDefinition } from '../index'
import { preTokenizerOf, type PreTokenizerSettings } from '../pre-tokenizers'
import { trainBpe } from './bpe'

/** Stands in front of each text, and so between texts. */
export const END = '<|endoftext|>'

/** GPT-2's words; a text begins as if a space stood before it, so that a word is the same token there as elsewhere. */
const WORDS: PreTokenizerSettings = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true }

/** How often each word of the texts occurs, in letters for bytes. */
export function countWords(texts: Iterable<string>, words = new Map<string, number>()): Map<string, number> {
  const cut = preTokenizerOf(WORDS, false, 'pre_tokenizer')
  for (const text of texts) for (const word of cut(text, true)) words.set(word, (words.get(word) ?? 0) + 1)
  return words
}

/**
 * A byte-level BPE tokenizer as GPT-2's, but trained on these words: every text can be written with it and comes back
 * unchanged. Opens in transformers.
 * @param size number of tokens: 256 bytes and the end of a text among them
 * @param context the longest text of the model that it is for, in tokens
 */
export function trainTokenizer(words: ReadonlyMap<string, number>, size: number, context: number): TokenizerDefinition {
  const { tokens, merges } = trainBpe({ words, alphabet: LETTERS, special: [END], size })
  const end = {
    id: 0,
    content: END,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }
  return {
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [end],
      normalizer: null,
      pre_tokenizer: WORDS,
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: END, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
        pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
        special_tokens: { [END]: { id: END, ids: [0], tokens: [END] } },
      },
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges,
      },
    },
    config: {
      tokenizer_class: 'PreTrainedTokenizerFast',
      eos_token: END,
      bos_token: END,
      model_max_length: context,
    },
  }
}
