import type { LabEvent } from '../../../src-preload/contract'
import type { Store } from '../../store'
import type { Bus } from '../bus'

/** How often a looker-on sees whether something was written, in ms. */
const INTERVAL = 1000

/**
 * Tells, in a process that only looks on, what another one has written meanwhile: which runs are others than they were, and
 * how far what is at work has come.
 */
export function watchBeside(store: Store, bus: Bus): { close: () => void } {
  let seen = store.version()
  let live = store.runs.live()

  function told(): LabEvent[] {
    const now = store.runs.live()
    const runs = new Set([...live, ...now])
    live = now
    const stages = store.stages.inState('running')
    return [
      ...stages.map(({ key, done, total, unit, share, phase, etaSeconds }): LabEvent => {
        return { type: 'progress', key, done, total, unit, share, phase, etaSeconds }
      }),
      ...[...runs].map((id): LabEvent => ({ type: 'run', id })),
      // What was put away, removed, renamed or imported is of no run that is live.
      { type: 'engine' },
    ]
  }
  const timer = setInterval(() => {
    try {
      const version = store.version()
      if (version === seen) return
      seen = version
      bus.publish(told())
    } catch {
      // The status says what the disk says.
      bus.publish([{ type: 'engine' }])
    }
  }, INTERVAL).unref()
  return { close: () => clearInterval(timer) }
}
