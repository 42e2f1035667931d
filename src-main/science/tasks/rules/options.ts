import type { Rng } from '../../maths/rng'
import { TWINS } from '../twins'
import type { Example, OptionsRow } from '../task'
import { groupOf, MIN_PER_CHOICE, type Dealt, type Rules } from './rules'

/**
 * The place of the right option is dealt, for in many sources it is always the first: every split has it as often at one
 * place as at another, which rows have it where is random, and so is the order of the other options. A net scores each
 * option by itself and never learns of places; the balance is for whoever counts and compares decisions.
 */
export function options({ count }: { count: number }): Rules<OptionsRow> {
  return {
    texts,
    sorts: 1,
    sortOf: () => 0,
    least: MIN_PER_CHOICE * count,
    draw: (dealt) => arranged(dealt, count),
  }
}

/**
 * Options that stand for themselves tie rows together. After a text in common that text does, and of the options those
 * that are sentences: a "yes", or a name, is an answer to many questions, and knowing it from one of them is no leak.
 */
function texts({ text, options }: OptionsRow): string[] {
  return text === undefined ? options : [text, ...options.filter(isSentence)]
}

/** Of as many words as near twins are told by. */
const isSentence = (text: string) => text.trim().split(/\s+/).length >= TWINS.words

function arranged({ rows, chosen, size, rng, where }: Dealt<OptionsRow>, count: number): Example[] {
  const each = Math.floor(Math.min(size, chosen.length) / count)
  if (each < MIN_PER_CHOICE) {
    const least = MIN_PER_CHOICE * count
    throw new Error(
      `${where}: expected at least ${least} examples, ${MIN_PER_CHOICE} with the right option at each of ${count} places, among at most ${size}, got ${chosen.length}`,
    )
  }
  const places = rng.shuffle(Array.from({ length: each * count }, (_, i) => i % count))
  const kept = rng.shuffle(chosen)
  return places.map((place, at) => {
    const i = kept[at]!
    const row = rows[i]!
    return { id: i, text: row.text ?? '', options: withRightAt(place, row, rng), label: place, group: groupOf(row, i) }
  })
}

function withRightAt(place: number, { options, label }: OptionsRow, rng: Rng): string[] {
  return rng.shuffle(options.toSpliced(label, 1)).toSpliced(place, 0, options[label]!)
}
