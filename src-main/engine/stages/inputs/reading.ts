import type { TextTokenizer } from '../../../data/tokenizers'
import type { TokenBatch } from '../../backends/learner'
import type { StageContext } from '../../context'

/**
 * A function from texts to token lists, cut at `limit` tokens; says so in the log where texts were cut.
 * @param limit longest text in tokens, special tokens included
 */
export function readingEncoder(
  tokenizer: TextTokenizer,
  limit: number,
  { log }: Pick<StageContext, 'log'>,
): (texts: readonly string[], split: string) => TokenBatch {
  return (texts, split) => {
    const lists = texts.map((text) => tokenizer.encode(text, limit))
    const full = lists.filter((list) => list.length >= limit).length
    if (full > 0)
      log(
        'info',
        `${full} of ${texts.length} texts of the ${split} split fill all ${limit} tokens; longer ones are cut.`,
      )
    return ragged(lists)
  }
}

/** Token lists side by side. */
export function ragged(lists: readonly ArrayLike<number>[]): TokenBatch {
  const offsets = new Int32Array(lists.length + 1)
  lists.forEach((list, i) => (offsets[i + 1] = offsets[i]! + list.length))
  const tokens = new Int32Array(offsets[lists.length]!)
  lists.forEach((list, i) => tokens.set(list, offsets[i]))
  return { n: lists.length, tokens, offsets }
}
