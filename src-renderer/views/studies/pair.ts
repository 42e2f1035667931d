// Which arms of two runs stand beside each other.
import type { Arm, RunDetail } from '../../lib/types'

type Run = Pick<RunDetail, 'id' | 'createdAt' | 'arms'>
const ALIKE = ['strongTitle', 'weakTitle', 'methodTitle'] as const

/** One arm against another, each with its run. */
export interface Pair {
  run: string
  arm: string
  of: string
  against: string
}

/**
 * The two arms of two runs that are most alike: of one task and the same kind of rows, then of as many of student,
 * supervisor and method as can be, the first of them where several are. The later run is told against the earlier.
 * @returns null where no two arms are of one task and kind of rows
 */
export function pairOf(one: Run, other: Run): Pair | null {
  const [later, earlier] = one.createdAt >= other.createdAt ? [one, other] : [other, one]
  const likeness = (a: Arm, b: Arm) => ALIKE.filter((field) => a[field] === b[field]).length
  const pairs = later.arms.flatMap((arm) =>
    earlier.arms
      .filter(({ task, measure }) => task === arm.task && measure === arm.measure)
      .map((against) => ({ arm, against, alike: likeness(arm, against) })),
  )
  const most = Math.max(...pairs.map(({ alike }) => alike))
  const best = pairs.find(({ alike }) => alike === most)
  return best ? { run: later.id, arm: best.arm.id, of: earlier.id, against: best.against.id } : null
}
