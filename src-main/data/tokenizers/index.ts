import { Tokenizer } from '@huggingface/tokenizers'
import { z } from 'zod'
import { CheckpointError, refuse } from '../checkpoints/errors'
import { parseValue } from '../checkpoints/json'

/** Texts to token ids and back, exactly as the model was trained with. */
export interface TextTokenizer {
  /** Every id is below it. */
  size: number
  /**
   * Token ids with the special tokens that the model expects round them, or none of them for an empty text that gets
   * none.
   * @param limit cuts the text at its end, never the special tokens
   */
  encode(text: string, limit?: number): number[]
  /** The text of ids, special tokens left out. */
  decode(ids: readonly number[]): string
  /** The id of one token as the vocabulary writes it. */
  idOf(token: string): number | undefined
  /** The id that ends a text, where the tokenizer names one. */
  end: number | undefined
  definition: TokenizerDefinition
}

/** The contents of tokenizer.json and tokenizer_config.json. */
export interface TokenizerDefinition {
  tokenizer: object
  config: object
}

const id = z.number().int().min(0).max(1e8)
const tokenizerSchema = z.looseObject({
  model: z.looseObject({
    type: z.enum(['BPE', 'WordPiece', 'Unigram', 'WordLevel']).optional(),
    vocab: z.union([z.record(z.string(), id), z.array(z.tuple([z.string(), z.number()]))]),
  }),
  added_tokens: z.array(z.looseObject({ id, content: z.string() })).default([]),
  normalizer: z.looseObject({}).nullable().default(null),
  pre_tokenizer: z.looseObject({}).nullable().default(null),
  post_processor: z.looseObject({}).nullable().default(null),
  decoder: z.looseObject({}).nullable().default(null),
})
const token = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish()
const configSchema = z.looseObject({ eos_token: token })

/**
 * A tokenizer from its files' contents. Padding and truncation that the file asks for are left to the caller.
 * @param file name for messages
 * @throws CheckpointError naming file, path, expectation and value
 */
export function createTokenizer(definition: { tokenizer: unknown; config: unknown }, file: string): TextTokenizer {
  const parsed = parseValue(definition.tokenizer, file, tokenizerSchema)
  const config = parseValue(definition.config, 'tokenizer_config.json', configSchema)
  const tokenizer = { ...parsed, truncation: null, padding: null }
  let inner: Tokenizer
  try {
    inner = new Tokenizer({ ...tokenizer, pre_tokenizer: mendDigits(parsed.pre_tokenizer) }, config)
  } catch (cause) {
    throw new CheckpointError(`${file}: expected a tokenizer, got ${(cause as Error).message}`, { cause })
  }
  const size = sizeOf(parsed)
  const { before, after } = specialTokens(inner, file)
  const ids = (text: string, special: boolean) =>
    // A character that the vocabulary cannot write at all has no id, and is left out as by the reference.
    inner.encode(text, { add_special_tokens: special }).ids.filter((id) => Number.isInteger(id))
  const end = typeof config.eos_token === 'string' ? config.eos_token : config.eos_token?.content
  return {
    size,
    encode(text, limit = Infinity) {
      const room = Math.max(0, limit - before.length - after.length)
      const content = ids(text, false)
      return [...before, ...(content.length > room ? content.slice(0, room) : content), ...after]
    },
    decode: (ids) =>
      ids.length === 0
        ? ''
        : inner.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
    idOf: (token) => inner.token_to_id(token),
    end: end === undefined ? undefined : inner.token_to_id(end),
    definition: { tokenizer, config },
  }
}

/**
 * The library takes 0 to 9 for all digits; the reference takes everything that Unicode counts as a number. The same said
 * as a split is understood alike.
 */
function mendDigits(pre: object | null): object | null {
  const { type, individual_digits: single, pretokenizers: parts } = (pre ?? {}) as Record<string, unknown>
  if (type === 'Sequence' && Array.isArray(parts)) return { ...pre, pretokenizers: parts.map(mendDigits) }
  if (type !== 'Digits') return pre
  const pattern = { Regex: single === true ? '\\p{N}' : '\\p{N}+' }
  return { type: 'Split', pattern, behavior: 'Isolated', invert: false }
}

function sizeOf({ model, added_tokens: added }: z.infer<typeof tokenizerSchema>): number {
  const base = Array.isArray(model.vocab)
    ? model.vocab.length
    : Object.values(model.vocab).reduce((most, id) => Math.max(most, id + 1), 0)
  return added.reduce((most, { id }) => Math.max(most, id + 1), base)
}

/** The tokens that the post-processor puts before and after a text, seen by what it does to one. */
function specialTokens(tokenizer: Tokenizer, file: string): { before: number[]; after: number[] } {
  const probe = 'a'
  const bare = tokenizer.encode(probe, { add_special_tokens: false }).ids
  const full = tokenizer.encode(probe, { add_special_tokens: true }).ids
  const starts = full.map((_, at) => at).filter((at) => bare.every((id, i) => full[at + i] === id))
  const start = starts.length > 1 && bare.length > 0 ? -1 : (starts[0] ?? (full.length === 0 ? 0 : -1))
  if (start < 0) return refuse(file, 'special tokens round a text', `ids ${full.join(' ')} from ${bare.join(' ')}`)
  return { before: full.slice(0, start), after: full.slice(start + bare.length) }
}
