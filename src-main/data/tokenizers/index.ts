import { AddedTokens } from './added-tokens'
import { parseValue } from '../checkpoints/json'
import { asConfigured, configSchema, contentOf } from './config'
import { decoderOf } from './decoder'
import { modelOf, vocabularyOf } from './models'
import { normalizerOf } from './normalizers'
import { aroundOf } from './post-processor'
import { goingOn, preTokenizerOf } from './pre-tokenizers'
import { parseSettings } from './settings'

/** Texts to token ids and back, exactly as the model was trained with. */
export interface TextTokenizer {
  /** Every id is below it. */
  size: number
  /**
   * Token ids with the special tokens that the model expects round them, or none of them for an empty text that gets
   * none.
   * @param limit cuts the text at its end (at its start where the tokenizer says so), never the special tokens
   */
  encode(text: string, limit?: number): number[]
  /**
   * Ids of a text that is to be gone on with: with the special tokens before a text, and none of those after it.
   * @param limit cuts the text at its start
   */
  begin(text: string, limit?: number): number[]
  /**
   * Ids of what goes on a text, cut on its own, so that what comes before has no say in them: no special tokens, and no
   * blank before it but its own.
   */
  goOn(text: string): number[]
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

/** Halves of a pair are no characters. */
const LONE_SURROGATES = /\p{Cs}/gu

/**
 * A tokenizer from its files' contents. Padding and truncation that the file asks for are left to the caller.
 * @param file name for messages
 * @throws CheckpointError naming file, path, expectation and value
 */
export function createTokenizer(definition: { tokenizer: unknown; config: unknown }, file: string): TextTokenizer {
  const config = parseValue(definition.config, 'tokenizer_config.json', configSchema)
  const settings = asConfigured(parseSettings(definition.tokenizer, file), config)
  const at = (part: string) => `${file}: ${part}`
  const vocabulary = vocabularyOf(settings.model.vocab, at('model.vocab'))
  const normalize = normalizerOf(settings.normalizer, at('normalizer'))
  const added = new AddedTokens(settings.added_tokens, vocabulary, normalize, at('added_tokens'))
  const isNormalized = settings.normalizer !== null
  const cut = preTokenizerOf(settings.pre_tokenizer, isNormalized, at('pre_tokenizer'))
  const cutOn = preTokenizerOf(goingOn(settings.pre_tokenizer), isNormalized, at('pre_tokenizer'))
  const model = modelOf(settings.model, vocabulary, at('model'))
  const { before, after } = aroundOf(settings.post_processor, at('post_processor'))
  const decode = decoderOf(settings.decoder, at('decoder'))
  const idOf = (token: string) => added.idOf(token) ?? vocabulary.get(token)
  const side = config.truncation_side ?? (settings.truncation?.direction === 'Left' ? 'left' : 'right')
  const end = contentOf(config.eos_token)
  let byId: Map<number, string> | null = null
  const content = (text: string, cutting = cut): number[] => {
    const ids: number[] = []
    for (const part of added.split(text.replace(LONE_SURROGATES, '\ufffd'))) {
      if (typeof part === 'number') ids.push(part)
      else for (const piece of cutting(part.text, part.isFirst)) for (const id of model(piece)) ids.push(id)
    }
    return ids
  }
  return {
    size: sizeOf([vocabulary.values(), added.ids, before, after]),
    encode(text, limit = Infinity) {
      const ids = content(text)
      const spare = ids.length - Math.max(0, limit - before.length - after.length)
      const kept = spare <= 0 ? ids : side === 'left' ? ids.slice(spare) : ids.slice(0, -spare)
      return [...before, ...kept, ...after]
    },
    begin(text, limit = Infinity) {
      const ids = content(text)
      return [...before, ...ids.slice(Math.max(0, ids.length + before.length - limit))]
    },
    goOn: (text) => content(text, cutOn),
    decode(ids) {
      // Made for the first who asks.
      byId ??= tokensById(vocabulary, added)
      const tokens = byId
      return decode(ids.flatMap((id) => (added.isSpecial(id) ? [] : (tokens.get(id) ?? []))))
    },
    idOf,
    end: end === undefined ? undefined : idOf(end),
    definition: {
      tokenizer: {
        ...(definition.tokenizer as object),
        normalizer: settings.normalizer,
        pre_tokenizer: settings.pre_tokenizer,
        truncation: null,
        padding: null,
      },
      config: side === 'left' ? { ...config, truncation_side: side } : config,
    },
  }
}

function tokensById(vocabulary: ReadonlyMap<string, number>, added: AddedTokens): Map<number, string> {
  const found = new Map<number, string>()
  for (const [token, id] of vocabulary) found.set(id, token)
  for (const [id, token] of added.contents) found.set(id, token)
  return found
}

/** One more than the greatest id. */
function sizeOf(parts: Iterable<number>[]): number {
  let size = 0
  for (const ids of parts) for (const id of ids) size = Math.max(size, id + 1)
  return size
}
