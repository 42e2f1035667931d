import type { StageRow } from '../../store'
import { createHost, type Host } from '../engine/host'
import { createStopwatch, type Stopwatch } from '../threads/stopwatch'

/** A place that computes one stage at a time; lanes take their stages from one queue. */
export interface Lane {
  readonly host: Host
  /** Times the stage at work. */
  readonly watch: Stopwatch
  /** The stage at work, as it was when it was taken. */
  current: StageRow | null
  /** Settles when the lane finds nothing more to do; null while it rests. */
  working: Promise<void> | null
}

/** A lane over an engine of its own, at rest. */
export function createLane(options: Parameters<typeof createHost>[0]): Lane {
  return { host: createHost(options), watch: createStopwatch(), current: null, working: null }
}

/** Those of a machine's lanes that are in use: as many as are wanted now, and those whose stage is not over yet. */
export const inUse = (lanes: readonly Lane[], wanted: number): Lane[] =>
  lanes.filter(({ current }, i) => i < wanted || current !== null)

/** Milliseconds that a stage at work has worked so far; 0 of any other. */
export const workedOn = (lanes: readonly Lane[], key: string): number =>
  lanes.find(({ current }) => current?.key === key)?.watch.read() ?? 0
