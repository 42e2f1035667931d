import type { UsableCard } from '../../engine/protocol'
import type { StageRow } from '../../store'
import { createHost, type Host } from '../engine/host'
import { createStopwatch, type Stopwatch } from '../threads/stopwatch'

/** A place that computes one stage at a time; lanes take their stages from one queue. */
export interface Lane {
  readonly host: Host
  /** Times the stage at work. */
  readonly watch: Stopwatch
  /** The one of several cards that its engine sees alone; null of the machine, whose engines take the best device. */
  readonly card: UsableCard | null
  /** The stage at work, as it was when it was taken. */
  current: StageRow | null
  /** Bytes of its card that the stage at work is expected to take; 0 where that is not known. */
  taken: number
  /** Settles when the lane finds nothing more to do; null while it rests. */
  working: Promise<void> | null
}

/** A lane over an engine of its own, at rest. */
export function createLane(card: UsableCard | null, options: Parameters<typeof createHost>[0]): Lane {
  return { host: createHost(options), watch: createStopwatch(), card, current: null, taken: 0, working: null }
}

/** Milliseconds that a stage at work has worked so far; 0 of any other. */
export const workedOn = (lanes: readonly Lane[], key: string): number =>
  lanes.find(({ current }) => current?.key === key)?.watch.read() ?? 0
