import type { TextRow } from '../task'
import { groupOf, type Rules } from './rules'

/** Fewer texts than this in a split, and the share of them that is right says nothing. */
const MIN_TEXTS = 10

/** Texts to be continued: nothing to balance, and what follows may be the same in many places. */
export function text(): Rules<TextRow> {
  return {
    texts: ({ text }) => [text],
    sorts: 1,
    sortOf: () => 0,
    least: MIN_TEXTS,
    draw({ rows, chosen, size, rng, where }) {
      const kept = rng.shuffle(chosen).slice(0, size)
      if (kept.length < MIN_TEXTS)
        throw new Error(`${where}: expected at least ${MIN_TEXTS} examples among at most ${size}, got ${chosen.length}`)
      return kept.map((i) => {
        const row = rows[i]!
        const fen = row.fen === undefined ? {} : { fen: row.fen }
        return { id: i, text: row.text, ...fen, label: row.target, group: groupOf(row, i) }
      })
    },
  }
}
