import { z } from 'zod'
import { refuse } from '../checkpoints/errors'
import { Lexicon } from './lexicon'
import { isOf } from './unicode/classes'

export const addedTokenSchema = z.object({
  id: z.int().min(0),
  content: z.string(),
  single_word: z.boolean(),
  lstrip: z.boolean(),
  rstrip: z.boolean(),
  normalized: z.boolean(),
  special: z.boolean(),
})
export type AddedToken = z.infer<typeof addedTokenSchema>

/** A part of a text: a token's id, or text that has been normalized and is still to be cut. */
export type Part = number | { text: string; isFirst: boolean }

type Piece = number | { text: string; start: number }

const [isWord, isSpace] = [isOf('crateWord'), isOf('space')]

/** Tokens that are found in a text before it is cut: special ones, and those that were added to the vocabulary later. */
export class AddedTokens {
  private readonly byId = new Map<number, AddedToken>()
  /** Found in the text as it is given. */
  private readonly raw: Lexicon
  /** Found after the text has been normalized, as they are themselves. */
  private readonly normalized: Lexicon
  /** As they are found, by id; what decoding says. */
  readonly contents = new Map<number, string>()

  /**
   * @param where file and path, for messages
   * @throws CheckpointError when the reference would give a token another id than the file, or finds two alike
   */
  constructor(
    tokens: readonly AddedToken[],
    vocabulary: ReadonlyMap<string, number>,
    private readonly normalize: (text: string) => string,
    where: string,
  ) {
    let next = vocabulary.size
    const known = new Map<string, number>()
    tokens.forEach((token, i) => {
      if (token.content === '') return
      const id = vocabulary.get(token.content) ?? known.get(token.content) ?? next++
      if (id !== token.id)
        refuse(`${where}[${i}].id`, `${id}, the id of ${JSON.stringify(token.content)} in this vocabulary`, token.id)
      known.set(token.content, id)
      this.byId.set(id, token)
      const content = token.normalized ? normalize(token.content) : token.content
      if (content === '') refuse(`${where}[${i}].content`, 'something that the normalizer leaves', token.content)
      this.contents.set(id, content)
    })
    this.raw = this.lexicon(false, where)
    this.normalized = this.lexicon(true, where)
  }

  private lexicon(normalized: boolean, where: string): Lexicon {
    const ids = [...this.byId].filter(([, token]) => token.normalized === normalized).map(([id]) => id)
    const lexicon = new Lexicon(ids.map((id) => [this.contents.get(id)!, id]))
    if (lexicon.size < ids.length) refuse(where, 'tokens that differ when normalized', 'two alike')
    return lexicon
  }

  idOf(token: string): number | undefined {
    for (const [id, { content }] of this.byId) if (content === token) return id
    return undefined
  }

  isSpecial(id: number): boolean {
    return this.byId.get(id)?.special ?? false
  }

  get ids(): Iterable<number> {
    return this.byId.keys()
  }

  /** Takes tokens out of a text and normalizes what is left. */
  split(text: string): Part[] {
    const parts: Part[] = []
    for (const piece of this.find(text, this.raw)) {
      if (typeof piece === 'number') {
        parts.push(piece)
        continue
      }
      for (const inner of this.find(this.normalize(piece.text), this.normalized))
        if (typeof inner === 'number') parts.push(inner)
        else parts.push({ text: inner.text, isFirst: piece.start === 0 && inner.start === 0 })
    }
    return parts
  }

  private find(text: string, lexicon: Lexicon): Piece[] {
    const pieces: Piece[] = []
    let done = 0
    for (let at = 0; lexicon.size > 0 && at < text.length;) {
      const match = lexicon.longestAt(text, at)
      if (!match) {
        at++
        continue
      }
      const token = this.byId.get(match.id)!
      let [start, end] = [at, at + match.length]
      at = end
      if (token.single_word && (isWord(pointBefore(text, start)) || isWord(text.codePointAt(end) ?? -1))) continue
      if (token.lstrip) while (start > done && isSpace(text.charCodeAt(start - 1))) start--
      if (token.rstrip) while (end < text.length && isSpace(text.charCodeAt(end))) end++
      if (done < start) pieces.push({ text: text.slice(done, start), start: done })
      pieces.push(match.id)
      done = end
    }
    if (done < text.length) pieces.push({ text: text.slice(done), start: done })
    return pieces
  }
}

/** The character that ends before a place; -1 at the start. */
function pointBefore(text: string, at: number): number {
  const isPair = at > 1 && text.codePointAt(at - 2)! > 0xffff
  return at === 0 ? -1 : text.codePointAt(at - (isPair ? 2 : 1))!
}
