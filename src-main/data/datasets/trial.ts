import { SIZES } from '../../science/spec/spec'
import { SPLITS, type Split } from '../../science/stages'
import { splitTask, type Form, type TaskRow } from '../../science/tasks'
import type { Surveyed } from './counting'

/** Whether a run can cut a dataset into its splits: with the sizes of a new spec, or with others. */
export type Trial =
  | { fits: 'as it is' }
  /** Only where the splits are all of one size; `why` it is not as it is. */
  | { fits: 'evenly'; why: string }
  | { fits: 'never'; why: string }

/** Cuts the rows as a run would: classes, declared tests and groups may all leave a split too little. */
export function trySplit(rows: readonly Surveyed[], form: Form): Trial {
  const why = obstacleTo((split) => SIZES[split].default, rows, form)
  if (why === null) return { fits: 'as it is' }
  const never = obstacleTo(() => SIZES.validation.default, rows, form)
  return never === null ? { fits: 'evenly', why } : { fits: 'never', why: never }
}

function obstacleTo(sizeOf: (split: Split) => number, rows: readonly Surveyed[], form: Form) {
  const sizes = Object.fromEntries(SPLITS.map((split) => [split, sizeOf(split)])) as Record<Split, number>
  const facts = ({ split, group }: Surveyed) => ({ ...(split && { split }), ...(group !== undefined && { group }) })
  // Rows of one text are in one group already: a number stands for each.
  const taskRows = rows.map((row, i): TaskRow => {
    const text = `${i}`
    if (form.kind === 'text') return { text, target: text, ...facts(row) }
    if (form.kind === 'classes') return { text, label: row.label, ...facts(row) }
    return { options: Array.from({ length: form.count }, (_, o) => `${i} ${o}`), label: row.label, ...facts(row) }
  })
  try {
    splitTask<Form>(taskRows, { task: '', sizes, splitSeed: 0, redraw: null, measure: 'test' }, form)
    return null
  } catch (error) {
    return (error as Error).message.replace(/^: /, '')
  }
}
