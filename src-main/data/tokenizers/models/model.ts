import { refuse } from '../../checkpoints/errors'

/** Tokens by their text. */
export type Vocabulary = ReadonlyMap<string, number>

/** The ids of one piece of text; a piece is never empty. */
export type Model = (piece: string) => readonly number[]

/** Two ids make one key of 52 bits. */
const ID_LIMIT = 2 ** 26

/**
 * The vocabulary of a file.
 * @param where file and path, for messages
 * @throws CheckpointError naming the token whose id is none, or another's
 */
export function vocabularyOf(value: unknown, where: string): Vocabulary {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(where, 'an object of tokens and their ids', value)
  const tokens = new Map<string, number>()
  const seen = new Map<number, string>()
  for (const [token, id] of Object.entries(value) as [string, unknown][]) {
    const place = `${where}[${JSON.stringify(token.slice(0, 80))}]`
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= ID_LIMIT)
      return refuse(place, `a whole number from 0 to ${ID_LIMIT - 1}`, id)
    const twin = seen.get(id)
    if (twin !== undefined) return refuse(place, 'an id of its own', `that of ${JSON.stringify(twin.slice(0, 80))}`)
    seen.set(id, token)
    tokens.set(token, id)
  }
  return tokens
}

/** The id of the token that stands for what is not known. @throws CheckpointError when the vocabulary has no such token */
export function unknownIn(vocabulary: Vocabulary, token: string, where: string): number {
  return vocabulary.get(token) ?? refuse(`${where}.unk_token`, 'a token of the vocabulary', JSON.stringify(token))
}
