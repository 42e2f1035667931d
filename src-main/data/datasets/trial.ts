import { SIZES } from '../../science/spec/spec'
import { SPLITS, type Split } from '../../science/stages'
import { splitTask } from '../../science/tasks'
import type { Surveyed } from './survey'

/** Whether a run can cut a dataset into its splits: with the sizes of a new spec, or with others. */
export type Trial =
  | { fits: 'as it is' }
  /** Only where the splits are all of one size; `why` it is not as it is. */
  | { fits: 'evenly'; why: string }
  | { fits: 'never'; why: string }

/** Cuts the rows as a run would: classes, declared tests and groups may all leave a split too little. */
export function trySplit(rows: readonly Surveyed[], classes: readonly string[]): Trial {
  const why = obstacleTo((split) => SIZES[split].default, rows, classes)
  if (why === null) return { fits: 'as it is' }
  const never = obstacleTo(() => SIZES.validation.default, rows, classes)
  return never === null ? { fits: 'evenly', why } : { fits: 'never', why: never }
}

function obstacleTo(sizeOf: (split: Split) => number, rows: readonly Surveyed[], classes: readonly string[]) {
  const sizes = Object.fromEntries(SPLITS.map((split) => [split, sizeOf(split)])) as Record<Split, number>
  // Rows of one text are in one group already: a number stands for each.
  const taskRows = rows.map(({ label, split, group }, i) => ({
    text: `${i}`,
    label,
    ...(split && { split }),
    ...(group !== undefined && { group }),
  }))
  try {
    const form = { kind: 'classes', names: classes } as const
    splitTask(taskRows, { task: '', sizes, splitSeed: 0, redraw: null, measure: 'test' }, form)
    return null
  } catch (error) {
    return (error as Error).message.replace(/^: /, '')
  }
}
