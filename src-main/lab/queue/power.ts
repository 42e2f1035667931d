import type { Pause } from '../../../src-preload/contract'
import type { Queue } from '.'

/** Why the machine wants nothing done now. */
export type Rest = 'sleep' | 'battery'

/** Holds work while the machine wants rest, and lets it go on after. */
export interface Power {
  /** Why it holds work; '' while it does not. */
  readonly holding: Rest | ''
  hold(by: Rest): void
  /** Work goes on as it did before, once nothing wants rest any more; a pause of the user's own stays. */
  release(by: Rest): void
  /** The user has decided: what was held for rest is theirs now. */
  yield(): void
}

export function createPower(queue: Pick<Queue, 'pause' | 'paused'>): Power {
  const wanted = new Set<Rest>()
  /** How it was before work was held; null while that is not our doing. */
  let before: Pause | null = null
  return {
    get holding() {
      return before === null ? '' : ([...wanted][0] ?? '')
    },
    hold(by) {
      // Where the user has decided otherwise since, that holds until it wants rest anew.
      if (wanted.has(by)) return
      wanted.add(by)
      if (queue.paused === 'on') return
      before = queue.paused
      queue.pause('on')
    },
    release(by) {
      wanted.delete(by)
      if (wanted.size > 0 || before === null) return
      const pause = before
      before = null
      queue.pause(pause)
    },
    yield() {
      before = null
    },
  }
}
