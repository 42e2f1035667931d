import type { Matrix } from '../science/maths/matrix'
import { zeros } from '../science/maths/matrix'
import { tokenizeWords } from './words'

/** How the texts of one model become numbers; plain JSON, kept beside the weights. */
export interface Features {
  kind: 'words' | 'vectors'
  /** `words`: the word of each column. `vectors`: the word of each row of the embeddings. */
  words: string[]
}

/** Encoded texts, the shape that a learner takes (ragged token lists: text i owns tokens[offsets[i] .. offsets[i + 1])). */
export type EncodedTexts =
  { n: number; dense: Matrix } | { n: number; tokens: Int32Array<ArrayBuffer>; offsets: Int32Array<ArrayBuffer> }

/** The `count` words that occur in most texts; ties alphabetically, so that the result depends on nothing else. */
export function frequentWords(texts: Iterable<string>, count: number): string[] {
  const documents = new Map<string, number>()
  for (const text of texts) {
    for (const word of new Set(tokenizeWords(text))) documents.set(word, (documents.get(word) ?? 0) + 1)
  }
  return [...documents]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, count)
    .map(([word]) => word)
}

/** A function from texts to the input of a learner; unknown words are dropped, a text may end up with none. */
export function createEncoder(features: Features): (texts: readonly string[]) => EncodedTexts {
  const index = new Map(features.words.map((word, i) => [word, i]))
  return features.kind === 'words' ? (texts) => presence(texts, index) : (texts) => tokenLists(texts, index)
}

/** 1 where the word of the column occurs in the text of the row, else 0. */
function presence(texts: readonly string[], index: Map<string, number>): EncodedTexts {
  const dense = zeros(texts.length, index.size)
  texts.forEach((text, row) => {
    for (const word of tokenizeWords(text)) {
      const column = index.get(word)
      if (column !== undefined) dense.data[row * index.size + column] = 1
    }
  })
  return { n: texts.length, dense }
}

/** Every occurrence counts, in order. */
function tokenLists(texts: readonly string[], index: Map<string, number>): EncodedTexts {
  const offsets = new Int32Array(texts.length + 1)
  const tokens: number[] = []
  texts.forEach((text, row) => {
    for (const word of tokenizeWords(text)) {
      const id = index.get(word)
      if (id !== undefined) tokens.push(id)
    }
    offsets[row + 1] = tokens.length
  })
  return { n: texts.length, tokens: Int32Array.from(tokens), offsets }
}
