import type { LabEvent } from '../../src-preload/contract'
import type { Lab } from '../lab/options'
import type { Context } from './context'
import { interrupted, onInterrupt } from './interrupt'

/** A long call to a lab, as the command that makes it follows it. */
interface Watched<T> {
  command: string
  work: () => Promise<T>
  /** Asks the lab to stop it. */
  stop: () => Promise<unknown>
  /** What an event says of how far it is, for the line of status. */
  hear: (event: LabEvent) => void
}

/** Follows a long call with its progress; Ctrl+C stops it (null then), a second one ends at once. */
export async function watched<T>(lab: Lab, { out }: Context, call: Watched<T>): Promise<T | null> {
  let stopped = false
  const release = onInterrupt(
    () => {
      stopped = true
      void call.stop()
    },
    () => process.exit(interrupted(call.command, out)),
  )
  const unsubscribe = lab.subscribe((events) => events.forEach(call.hear))
  try {
    return await call.work()
  } catch (error) {
    if (stopped) return null
    throw error
  } finally {
    unsubscribe()
    release()
    out.status('')
  }
}
