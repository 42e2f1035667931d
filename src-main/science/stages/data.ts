import type { Form } from '../tasks/form'
import { defineKind } from './kind'
import { total, type Measure, type Sizes } from './splits'

export interface DataConfig {
  task: string
  /** sha256 of the task's bytes, so that an edited dataset is another stage. */
  source: string
  /** Names of the classes of an imported task; those of a bundled one are in the catalog. */
  classes?: readonly string[]
  /** Form of a task that is not of classes. */
  form?: Exclude<Form, { kind: 'classes' }>
  sizes: Sizes
  splitSeed: number
  /** Deals the training splits anew; null where all seeds of a run share them. */
  redraw: number | null
  measure: Measure
  /** Not given where the supervisor's half is of the same rows as the others. */
  halves?: 'easy-to-hard'
  /** Test sets from elsewhere, id → sha256 of their bytes; not given where there are none, or they are not asked for. */
  elsewhere?: Readonly<Record<string, string>>
}

const BYTES_AN_EXAMPLE = 1500

/** Cuts a task into its splits, and its test sets from elsewhere to the size of the test split. */
export const data = defineKind<DataConfig>()({
  // 2: development rows are never tested on; seeds may redraw the halves.
  version: 2,
  needs: {},
  word: () => 'data',
  heading: () => 'Prepare data',
  reads: ({ task, source, elsewhere = {} }) => ({ tasks: [[task, source], ...Object.entries(elsewhere)], models: [] }),
  work: (_config, sizes) => total(sizes),
  seconds: 1e-4,
  bytes: (_config, sizes) => total(sizes) * BYTES_AN_EXAMPLE,
})
