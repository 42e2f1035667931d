import { createRng } from '../maths/rng'
import { isSplit, type Asked, type DataConfig } from '../stages'
import type { Form } from './form'
import { rulesOf } from './rules'
import type { Example, PreparedTask, RowOf } from './task'
import { foldText } from './twins'

/**
 * A prepared task with its test sets from elsewhere: of each as many examples as the test split may have, balanced as that
 * is, and chosen by the split seed alone, so that all seeds of a run are asked the same. A row with a text of the task
 * itself, but for case and blanks, is left out, whatever split that is in: it would be no other place.
 * @param rows of the task
 * @param sets rows of each set
 * @throws Error with the numbers when a set would have too few examples
 */
export function withElsewhere<F extends Form>(
  task: PreparedTask,
  { rows, sets }: { rows: readonly RowOf<F>[]; sets: Readonly<Record<string, readonly RowOf<F>[]>> },
  { sizes, splitSeed }: Pick<DataConfig, 'sizes' | 'splitSeed'>,
  form: F,
): PreparedTask {
  // All texts of the task would be folded to be held against none.
  if (Object.keys(sets).length === 0) return { ...task, elsewhere: {} }
  const rules = rulesOf(form)
  const textsOf = (row: RowOf<F>) => rules.texts(row).map(foldText)
  const own = new Set(rows.flatMap(textsOf))
  const drawn = Object.entries(sets).map(([id, all]) => {
    const chosen = all.flatMap((row, i) => (textsOf(row).some((text) => own.has(text)) ? [] : [i]))
    const rng = createRng(`elsewhere ${splitSeed} ${id}`)
    return [id, rules.draw({ rows: all, chosen, size: sizes.test, rng, where: id })] as const
  })
  return { ...task, elsewhere: Object.fromEntries(drawn) }
}

/** The examples of a split, or of a test set from elsewhere. @throws Error where the task was prepared without that set */
export function examplesIn({ splits, elsewhere = {} }: PreparedTask, name: Asked): Example[] {
  if (isSplit(name)) return splits[name]
  const found = elsewhere[name.slice('elsewhere/'.length)]
  if (!found)
    throw new Error(`examples: expected the set "${name}", got ${Object.keys(elsewhere).join(', ') || 'none'}`)
  return found
}
