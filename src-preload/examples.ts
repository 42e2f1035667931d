// What is asked of the examples of a seed, and what is answered.
import type { ExampleFilter } from '../src-main/science/metrics/filter'
import type { Move, Stop } from '../src-main/science/metrics/result'

/** An arm of a run. */
export interface ArmName {
  runId: string
  armId: string
}
export interface ArmRef extends ArmName {
  seed: number
  stop: Stop
  /** The student at the evaluation after just so many steps, in place of where `stop` reads it; not beside another arm. */
  step?: number | undefined
}
/** Beside it another arm with this seed on the same test rows, where that is looked at. */
export interface SeedQuery extends ArmRef {
  against?: ArmName | undefined
}
export interface ExampleQuery extends SeedQuery, ExampleFilter {
  /** With `against`: what became of an example from its student to this one; none means all. */
  moves?: Move[] | undefined
  sort: 'weak-confidence' | 'student-confidence' | 'index'
  offset: number
  limit: number
}

/** A filter of examples of a task under a name. */
export interface Slice {
  task: string
  name: string
  filter: ExampleFilter
}
/** Of how many examples each model is right. */
export type RightCounts = Record<'weak' | 'student' | 'ceiling', number>
