import type { ClassRow, Example } from '../task'
import { groupOf, MIN_PER_CHOICE, type Dealt, type Rules } from './rules'

/** Every split has as many examples of one class as of another: unbalanced data makes small supervisors constant. */
export function classes({ names }: { names: readonly string[] }): Rules<ClassRow> {
  return {
    texts: ({ text }) => [text],
    sorts: names.length,
    sortOf: ({ label }) => label,
    least: MIN_PER_CHOICE * names.length,
    draw: (dealt) => balanced(dealt, names),
  }
}

/** As many of every class as the scarcest one has. */
function balanced({ rows, chosen, size, rng, where }: Dealt<ClassRow>, names: readonly string[]): Example[] {
  const found = names.map((_, c) => chosen.reduce((n, i) => n + (rows[i]!.label === c ? 1 : 0), 0))
  const each = Math.min(Math.floor(size / names.length), ...found)
  if (each < MIN_PER_CHOICE) {
    const counts = found.map((n, c) => `${n} of "${names[c]}"`).join(', ')
    throw new Error(
      `${where}: expected at least ${MIN_PER_CHOICE} examples of every class among at most ${size}, got ${counts}`,
    )
  }
  const room = names.map(() => each)
  const kept = rng.shuffle(chosen).filter((i) => room[rows[i]!.label]!-- > 0)
  return kept.map((i) => {
    const { text, label } = rows[i]!
    return { id: i, text, label, group: groupOf(rows[i]!, i) }
  })
}
