import { z } from 'zod'
import { refuse } from '../checkpoints/errors'

const id = z.int().min(0)
const named = z.tuple([z.string(), id])
/** Texts are of type 0; the models here are given no other. */
const typeId = z.literal(0)
const pieceSchema = z.union([
  z.strictObject({ Sequence: z.strictObject({ id: z.literal('A'), type_id: typeId }) }),
  z.strictObject({ SpecialToken: z.strictObject({ id: z.string(), type_id: typeId }) }),
])

const templateSchema = z.strictObject({
  type: z.literal('TemplateProcessing'),
  single: z.array(pieceSchema),
  // Of two texts together, which nobody asks for here.
  pair: z.unknown(),
  special_tokens: z.record(z.string(), z.object({ ids: z.array(id) })),
})
const bertSchema = z.strictObject({ type: z.literal('BertProcessing'), sep: named, cls: named })
const robertaSchema = z.strictObject({
  type: z.literal('RobertaProcessing'),
  sep: named,
  cls: named,
  trim_offsets: z.boolean(),
  add_prefix_space: z.boolean(),
})
/** Moves places in the text, and no id. */
const byteLevelSchema = z.strictObject({
  type: z.literal('ByteLevel'),
  add_prefix_space: z.boolean(),
  trim_offsets: z.boolean(),
  use_regex: z.boolean().default(true),
})
const oneSchema = z.discriminatedUnion('type', [templateSchema, bertSchema, robertaSchema, byteLevelSchema])
type One = z.infer<typeof oneSchema>

/** Every post-processor that is known to give what the reference gives. */
export const postProcessorSchema = z.discriminatedUnion('type', [
  ...oneSchema.options,
  z.strictObject({ type: z.literal('Sequence'), processors: z.array(oneSchema).max(100) }),
])

/** Ids that stand round every text. */
export interface Around {
  before: number[]
  after: number[]
}

/**
 * What a post-processor puts round a text.
 * @param where file and path, for messages
 * @throws CheckpointError for a token that is not described, or a text that would stand there twice or not at all
 */
export function aroundOf(settings: z.infer<typeof postProcessorSchema> | null, where: string): Around {
  if (settings === null) return { before: [], after: [] }
  if (settings.type !== 'Sequence') return placed(settings, where)
  const all = settings.processors.map((one, i) => placed(one, `${where}.processors[${i}]`))
  const placing = all.filter(({ before, after }) => before.length + after.length > 0)
  if (placing.length > 1) refuse(`${where}.processors`, 'one that places tokens', placing.length)
  return placing[0] ?? { before: [], after: [] }
}

function placed(one: One, where: string): Around {
  if (one.type === 'ByteLevel') return { before: [], after: [] }
  if (one.type !== 'TemplateProcessing') return { before: [one.cls[1]], after: [one.sep[1]] }
  const texts = one.single.filter((piece) => 'Sequence' in piece).length
  if (texts !== 1) refuse(`${where}.single`, 'the text once', `it ${texts} times`)
  const around: Around = { before: [], after: [] }
  let side = around.before
  one.single.forEach((piece, i) => {
    if ('Sequence' in piece) side = around.after
    else if (Object.hasOwn(one.special_tokens, piece.SpecialToken.id))
      side.push(...one.special_tokens[piece.SpecialToken.id]!.ids)
    else refuse(`${where}.single[${i}].SpecialToken.id`, 'one of special_tokens', JSON.stringify(piece.SpecialToken.id))
  })
  return around
}
