import { z } from 'zod'
import { refuse } from '../../checkpoints/errors'
import * as bert from './bert'
import * as byteLevel from './byte-level'
import * as charDelimiterSplit from './char-delimiter-split'
import * as digits from './digits'
import * as fixedLength from './fixed-length'
import * as metaspace from './metaspace'
import type { PreTokenizer } from './pre-tokenizer'
import * as punctuation from './punctuation'
import * as split from './split'
import * as whitespace from './whitespace'
import * as whitespaceSplit from './whitespace-split'

const oneSchema = z.discriminatedUnion('type', [
  bert.schema,
  byteLevel.schema,
  charDelimiterSplit.schema,
  digits.schema,
  fixedLength.schema,
  metaspace.schema,
  punctuation.schema,
  split.schema,
  whitespace.schema,
  whitespaceSplit.schema,
])
type One = z.infer<typeof oneSchema>

const sequenceSchema = z.strictObject({ type: z.literal('Sequence'), pretokenizers: z.array(oneSchema).max(100) })

/** Every pre-tokenizer that is known to give what the reference gives. */
export const preTokenizerSchema = z.discriminatedUnion('type', [...oneSchema.options, sequenceSchema])
export type PreTokenizerSettings = z.infer<typeof preTokenizerSchema>

const PRE_TOKENIZERS: { [T in One['type']]: (settings: Extract<One, { type: T }>, where: string) => PreTokenizer } = {
  BertPreTokenizer: bert.bert,
  ByteLevel: byteLevel.byteLevel,
  CharDelimiterSplit: charDelimiterSplit.charDelimiterSplit,
  Digits: digits.digits,
  FixedLength: fixedLength.fixedLength,
  Metaspace: metaspace.metaspace,
  Punctuation: punctuation.punctuation,
  Split: split.split,
  Whitespace: whitespace.whitespace,
  WhitespaceSplit: whitespaceSplit.whitespaceSplit,
}
const make = <T extends One['type']>(settings: Extract<One, { type: T }>, where: string) =>
  (PRE_TOKENIZERS[settings.type] as (settings: Extract<One, { type: T }>, where: string) => PreTokenizer)(
    settings,
    where,
  )

/** The same for what goes on a text: none puts a blank before it, as the beginning of a text may get. */
export function goingOn(settings: PreTokenizerSettings | null): PreTokenizerSettings | null {
  if (settings === null) return null
  const one = (part: One): One => {
    if (part.type === 'ByteLevel') return { ...part, add_prefix_space: false }
    return part.type === 'Metaspace' ? { ...part, prepend_scheme: 'never' } : part
  }
  return settings.type === 'Sequence' ? { ...settings, pretokenizers: settings.pretokenizers.map(one) } : one(settings)
}

/**
 * How a tokenizer cuts texts; without one a text is one piece.
 * @param isNormalized whether texts are changed before they are cut
 * @param where file and path, for messages
 * @throws CheckpointError for a pattern that is not known, or where the reference asks for places in the text
 */
export function preTokenizerOf(
  settings: PreTokenizerSettings | null,
  isNormalized: boolean,
  where: string,
): PreTokenizer {
  if (settings === null) return (text) => [text]
  const isSequence = settings.type === 'Sequence'
  const parts = isSequence ? settings.pretokenizers : [settings]
  parts.forEach((part, i) => {
    const at = isSequence ? `${where}.pretokenizers[${i}]` : where
    // The reference looks where the piece began in the text as it was given.
    if (part.type === 'Metaspace' && part.prepend_scheme === 'first' && (isNormalized || i > 0))
      refuse(`${at}.prepend_scheme`, '"always" or "never" behind a normalizer or another pre-tokenizer', '"first"')
  })
  const steps = parts.map((part, i) => make(part, isSequence ? `${where}.pretokenizers[${i}]` : where))
  return (text, isFirst) =>
    steps.reduce((pieces, step) => pieces.flatMap((piece) => step(piece, isFirst)), text === '' ? [] : [text])
}
