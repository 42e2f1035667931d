import type { Store } from '../../store'
import type { Bus } from '../bus'
import { runEvents } from '../queue/recorder'
import type { Results } from '../results'
import { madeLine } from './made'
import { askedOf, comparedOf } from './view'

/** The line that the list of runs shows of each, kept in the store so that the list is quick. */
export interface Headlines {
  /** Writes those that a killed process left unwritten. */
  catchUp(): void
  /** Resolves when nothing is being written. */
  close(): Promise<void>
}

/** Writes one line after the other, in the background: with every finished student of a live run, and at its end. */
export function createHeadlines(store: Store, results: Results, bus: Bus): Headlines {
  let work = Promise.resolve()
  const waiting = new Set<string>()

  async function write(id: string): Promise<void> {
    const run = store.runs.get(id)
    if (!run) return
    const { spec } = askedOf(run)
    const line = spec ? await results.headline(comparedOf(run), spec.stop) : madeLine(store, id)
    if (line === run.headline) return
    store.runs.setHeadline(id, line)
    bus.publish(runEvents([id]))
  }
  function update(runIds: string[]): void {
    for (const id of runIds.filter((one) => !waiting.has(one))) {
      waiting.add(id)
      // The line is a convenience: a run whose examples are gone has none, and says why when it is opened.
      work = work
        .then(() => {
          waiting.delete(id)
          return write(id)
        })
        .catch(() => undefined)
    }
  }
  /** The live runs that have this stage, if it is a student. */
  function runsOfStudent(key: string): string[] {
    const stage = store.stages.byKey(key)
    const live = new Set(store.runs.live())
    return stage?.role === 'student' ? store.runs.withStage(stage.id).filter((run) => live.has(run)) : []
  }
  bus.subscribe((events) =>
    update(
      events.flatMap((e) => {
        if (e.type === 'run') return e.ended ? [e.id] : []
        return e.type === 'state' && e.state === 'done' ? runsOfStudent(e.key) : []
      }),
    ),
  )
  return {
    catchUp: () =>
      update(store.runs.all().flatMap((run) => (run.ended && run.stagesDone > 0 && !run.headline ? [run.id] : []))),
    close: () => work,
  }
}
