import { z } from 'zod'
import { refuse } from '../../checkpoints/errors'
import * as bert from './bert'
import * as byteLevel from './byte-level'
import * as forms from './forms'
import * as lowercase from './lowercase'
import type { Normalizer } from './normalizer'
import * as prepend from './prepend'
import * as replace from './replace'
import * as strip from './strip'
import * as stripAccents from './strip-accents'

const oneSchema = z.discriminatedUnion('type', [
  bert.schema,
  byteLevel.schema,
  forms.schema,
  lowercase.schema,
  prepend.schema,
  replace.schema,
  strip.schema,
  stripAccents.schema,
])
type One = z.infer<typeof oneSchema>

const sequenceSchema = z.strictObject({ type: z.literal('Sequence'), normalizers: z.array(oneSchema).max(100) })

/** Every normalizer that is known to give what the reference gives. */
export const normalizerSchema = z.discriminatedUnion('type', [...oneSchema.options, sequenceSchema])

const NORMALIZERS: { [T in One['type']]: (settings: Extract<One, { type: T }>, where: string) => Normalizer } = {
  BertNormalizer: bert.bert,
  ByteLevel: byteLevel.byteLevel,
  NFC: forms.form,
  NFD: forms.form,
  NFKC: forms.form,
  NFKD: forms.form,
  Lowercase: lowercase.lowercase,
  Prepend: prepend.prepend,
  Replace: replace.replace,
  Strip: strip.strip,
  StripAccents: stripAccents.stripAccents,
}
const make = <T extends One['type']>(settings: Extract<One, { type: T }>, where: string) =>
  (NORMALIZERS[settings.type] as (settings: Extract<One, { type: T }>, where: string) => Normalizer)(settings, where)

/** No normalizer in use makes a text many times longer; one that does fills the memory. */
const GROWTH_LIMIT = 256

/**
 * What a tokenizer does to texts first.
 * @param where file and path, for messages
 * @throws CheckpointError for a pattern that is not known, or texts that grow without measure
 */
export function normalizerOf(settings: z.infer<typeof normalizerSchema> | null, where: string) {
  if (settings === null) return (text: string) => text
  const steps =
    settings.type === 'Sequence'
      ? settings.normalizers.map((one, i) => make(one, `${where}.normalizers[${i}]`))
      : [make(settings, where)]
  const growth = steps.reduce((product, step) => product * step.growth, 1)
  if (growth > GROWTH_LIMIT) refuse(where, `texts that grow ${GROWTH_LIMIT}-fold at most`, Math.ceil(growth))
  return (text: string) => steps.reduce((made, step) => (made === '' ? made : step.apply(made)), text)
}
