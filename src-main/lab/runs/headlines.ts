import type { Store } from '../../store'
import type { Bus } from '../bus'
import { runEvents } from '../queue/recorder'
import type { Results } from '../results'
import { comparedOf, specOf } from './view'

/** The line that the list of runs shows of each, kept in the store so that the list is quick. */
export interface Headlines {
  /** Writes those that a killed process left unwritten. */
  catchUp(): void
  /** Resolves when nothing is being written. */
  close(): Promise<void>
}

/** Writes the line of every run that ends, one after the other, in the background. */
export function createHeadlines(store: Store, results: Results, bus: Bus): Headlines {
  let work = Promise.resolve()

  async function write(id: string): Promise<void> {
    const run = store.runs.get(id)
    if (!run) return
    const line = await results.headline(comparedOf(run), specOf(run).stop)
    if (line === run.headline) return
    store.runs.setHeadline(id, line)
    bus.publish(runEvents([id]))
  }
  function update(runIds: string[]): void {
    for (const id of runIds) {
      // The line is a convenience: a run whose examples are gone has none, and says why when it is opened.
      work = work.then(() => write(id)).catch(() => undefined)
    }
  }
  bus.subscribe((events) => update(events.flatMap((e) => (e.type === 'run' && e.ended ? [e.id] : []))))
  return {
    catchUp: () =>
      update(store.runs.all().flatMap((run) => (run.ended && run.stagesDone > 0 && !run.headline ? [run.id] : []))),
    close: () => work,
  }
}
