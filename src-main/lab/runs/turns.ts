import { setImmediate as nextTurn } from 'node:timers/promises'

/** Milliseconds of work after which others get a turn: less than a frame. */
const WORK = 5

/** Lets others have a turn where there has been work enough since the last time: a turn a piece costs more than small pieces. */
export function givingWay(): () => Promise<void> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < WORK) return
    await nextTurn()
    since = performance.now()
  }
}
