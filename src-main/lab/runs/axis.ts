import type { CurveAxis } from '../../../src-preload/contract'
import { kindOf, type DataConfig, type Stage } from '../../science/stages'
import type { ClockRow, StageRow, Store } from '../../store'
import { stageOf } from '../queue/lifecycle'

/** What the steps of trainings are on an axis: ascending, and back. */
export interface Scale {
  at: (step: number) => number
  stepAt: (x: number) => number
}

/** What a step is on the axis for all of some trainings, or why it is nothing there, as a sentence. */
export type ScaleOf = (axis: CurveAxis, rows: readonly StageRow[]) => Scale | string

/** Asks the store once for each training. */
export function scalesIn(store: Store): ScaleOf {
  const steps = once((axis: EvenAxis, row: StageRow) => stepOn(axis, store, row))
  const clocks = once((_: 'seconds', { id, attempt }: StageRow) => store.clock.of(id, attempt))
  return (axis, rows) => {
    if (axis === 'seconds') return scaleOfClocks(rows.map((row) => clocks(axis, row)))
    const each = new Set(rows.map((row) => steps(axis, row)))
    const [size] = each
    if (each.size > 1) return 'A step is not the same there for all trainings of a line.'
    if (size === null || size === undefined) return NOTHING[axis]
    return { at: (step) => step * size, stepAt: (x) => x / size }
  }
}

function once<A extends CurveAxis, T>(of: (axis: A, row: StageRow) => T): (axis: A, row: StageRow) => T {
  const known = new Map<string, T>()
  return (axis, row) => {
    const name = `${axis} ${row.id}`
    if (!known.has(name)) known.set(name, of(axis, row))
    return known.get(name)!
  }
}

/** Axes that all steps of a training are equally long on. */
type EvenAxis = Exclude<CurveAxis, 'seconds'>

const NOTHING: Record<EvenAxis, string> = {
  step: 'There is no training.',
  epoch: 'Epochs say nothing of a language model.',
  labels: 'It learns without labels.',
  flops:
    'Operations are counted where that is exact: not of transformers, where they go by the lengths of texts, and not before a training is finished or where an earlier version finished it.',
}

/**
 * How far one step of a training goes on an axis; null where that says nothing, as of a language model's epochs.
 * The step of a metric counts the updates before it, and an update is of one batch of the rows that are learnt from.
 */
export function stepOn(axis: EvenAxis, store: Store, row: StageRow): number | null {
  if (axis === 'step') return 1
  const stage = stageOf(store, row)
  const rows = rowsOfTraining(store, stage)
  if (rows === null || (stage.kind !== 'train' && stage.kind !== 'adapt')) return null
  const batch = Math.min(stage.config.optimiser.batch, rows)
  if (axis === 'epoch') return batch / rows
  // Texts that are read without their labels are passes over rows, but no labels.
  if (stage.kind !== 'train') return null
  if (axis === 'labels') return batch
  const summary = JSON.parse(store.artifacts.get(row.id)?.summary ?? '{}') as Record<string, number>
  return summary['operations'] === undefined ? null : batch * summary['operations']
}

function rowsOfTraining(store: Store, stage: Stage): number | null {
  if (!kindOf(stage.kind).learns || (stage.kind !== 'train' && stage.kind !== 'adapt')) return null
  const data = store.stages.byKey(stage.needs.data)
  if (!data) return null
  const { sizes } = JSON.parse(data.config) as DataConfig
  const parts = stage.kind === 'train' ? (stage.config.part?.of ?? 1) : 1
  return Math.floor(sizes[stage.config.trainOn] / parts)
}

/**
 * The mean over the trainings of when each had made so many updates, evenly between two marks of a clock. They have to be
 * equally long: where one ended, the mean of the others would go back.
 */
function scaleOfClocks(clocks: readonly (readonly ClockRow[])[]): Scale | string {
  const ends = new Set(clocks.map((marks) => marks.at(-1)?.step))
  if (ends.has(undefined)) return 'Its times were not kept: it was trained by an earlier version, or came with the app.'
  if (ends.size > 1) return 'The trainings of a line are not equally long, or not equally far.'
  const mean = (step: number) => clocks.reduce((sum, marks) => sum + secondsAt(marks, step), 0) / clocks.length
  const last = [...ends][0]!
  return {
    at: mean,
    stepAt(x) {
      if (!Number.isFinite(x)) return x
      let [low, high] = [0, last]
      while (high - low > 0.5) {
        const middle = (low + high) / 2
        if (mean(middle) < x) low = middle
        else high = middle
      }
      return high
    },
  }
}

function secondsAt(marks: readonly ClockRow[], step: number): number {
  let [low, high] = [0, marks.length - 1]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (marks[middle]!.step < step) low = middle
    else high = middle
  }
  const [before, after] = [marks[low]!, marks[high]!]
  if (after.step === before.step) return after.seconds
  const part = (step - before.step) / (after.step - before.step)
  return before.seconds + Math.min(1, Math.max(0, part)) * (after.seconds - before.seconds)
}
