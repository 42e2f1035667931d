import { z } from 'zod'
import { merged, mergesOf } from './merges'
import { unknownIn, type Model, type Vocabulary } from './model'

export const schema = z.strictObject({
  type: z.literal('BPE'),
  vocab: z.unknown(),
  merges: z.array(z.unknown()),
  // Merges left out by chance: no two readings of a text would be alike.
  dropout: z.literal(0).nullish(),
  unk_token: z.string().nullish(),
  continuing_subword_prefix: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
  fuse_unk: z.boolean().nullish(),
  byte_fallback: z.boolean().nullish(),
  ignore_merges: z.boolean().nullish(),
})
type Settings = z.infer<typeof schema>

/** Pieces that are kept with their ids, and the longest of them. */
const KEPT = 10_000
const KEPT_LENGTH = 256

const utf8 = new TextEncoder()

/**
 * Byte pair encoding: a piece's characters, merged as the merges come.
 * @throws CheckpointError for a merge of tokens that are none; when asked for an unknown token that is none
 */
export function bpe(settings: Settings, vocabulary: Vocabulary, where: string): Model {
  const merges = mergesOf(settings.merges, settings.continuing_subword_prefix ?? '', vocabulary, where)
  const kept = new Map<string, readonly number[]>()
  return (piece) => {
    const whole = settings.ignore_merges ? vocabulary.get(piece) : undefined
    if (whole !== undefined) return [whole]
    const known = kept.get(piece)
    if (known) return known
    const ids = merged(charactersOf(piece, settings, vocabulary, where), merges)
    if (piece.length <= KEPT_LENGTH && kept.size < KEPT) kept.set(piece, ids)
    return ids
  }
}

/** The ids that merging begins with. */
function charactersOf(piece: string, settings: Settings, vocabulary: Vocabulary, where: string): number[] {
  const { continuing_subword_prefix: prefix, end_of_word_suffix: suffix, unk_token: unk } = settings
  const ids: number[] = []
  // Held back: of several in a row one is left where they are fused. The reference puts bytes before one that is held.
  let unknown: number | undefined
  const letters = [...piece]
  letters.forEach((letter, i) => {
    const token = (i > 0 && prefix ? prefix : '') + letter + (i === letters.length - 1 && suffix ? suffix : '')
    const id = vocabulary.get(token)
    if (id !== undefined) {
      if (unknown !== undefined) ids.push(unknown)
      unknown = undefined
      ids.push(id)
      return
    }
    const bytes = settings.byte_fallback ? bytesOf(token, vocabulary) : undefined
    if (bytes) ids.push(...bytes)
    else if (unk !== null && unk !== undefined) {
      if (unknown !== undefined && !settings.fuse_unk) ids.push(unknown)
      unknown = unknownIn(vocabulary, unk, where)
    }
  })
  if (unknown !== undefined) ids.push(unknown)
  return ids
}

/** The tokens `<0x00>` to `<0xFF>` of a text's bytes; undefined when one of them is missing. */
function bytesOf(text: string, vocabulary: Vocabulary): number[] | undefined {
  const ids: number[] = []
  for (const byte of utf8.encode(text)) {
    const id = vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)
    if (id === undefined) return undefined
    ids.push(id)
  }
  return ids
}
