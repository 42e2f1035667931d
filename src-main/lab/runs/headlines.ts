import { isDeepStrictEqual } from 'node:util'
import type { Store } from '../../store'
import type { Bus } from '../bus'
import { runEvents } from '../queue/recorder'
import type { Results } from '../results'
import type { Truth } from '../results/truth'
import { madeLine } from './made'
import { figureOf, withheld } from './figures'
import { askedOf, comparedOf } from './view'

/** What the list of runs shows of each, a line and figures, kept in the store so that the list is quick. */
export interface Headlines {
  /** Writes those that a killed process, or an earlier version, left unwritten. */
  catchUp(): void
  /** Hides those of runs that are sealed, at once, and writes those of the others again. */
  renew: (runIds: string[]) => void
  /** Resolves when nothing is being written. */
  close(): Promise<void>
}

/** Writes one line after the other, in the background: with every finished student of a live run, and at its end. */
export function createHeadlines(store: Store, results: Results, truth: Pick<Truth, 'isSealed'>, bus: Bus): Headlines {
  let work = Promise.resolve()
  const waiting = new Set<string>()

  async function write(id: string): Promise<void> {
    const run = store.runs.get(id)
    if (!run || truth.isSealed(run)) return
    const { spec } = askedOf(run)
    const compared = comparedOf(run)
    const told = spec ? await results.told(compared, spec.stop) : { headline: madeLine(store, id), arms: [] }
    const figures = told.arms.map((result, i) => figureOf(id, i, result.arm, result, compared.metric))
    if (told.headline === run.headline && isDeepStrictEqual(figures, store.figures.of(id))) return
    store.transaction(() => {
      // One that was removed meanwhile has no figures, and one that was sealed shows none.
      const now = store.runs.get(id)
      if (!now || truth.isSealed(now)) return
      store.runs.setHeadline(id, told.headline)
      for (const figure of figures) store.figures.put(figure)
    })
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
  bus.subscribe((events) =>
    update(
      events.flatMap((e) => {
        if (e.type === 'run') return e.ended ? [e.id] : []
        return e.type === 'state' && e.state === 'done' ? runsOfStudent(store, e.key) : []
      }),
    ),
  )
  return {
    catchUp() {
      const uncounted = new Set(store.figures.uncounted())
      const ended = store.runs.all().filter((run) => run.ended && run.stagesDone > 0)
      update(ended.flatMap(({ id, headline }) => (!headline || uncounted.has(id) ? [id] : [])))
    },
    renew(runIds) {
      const sealed = runIds.filter((id) => truth.isSealed(store.runs.get(id)!))
      hide(store, sealed)
      bus.publish(runEvents(runIds))
      update(runIds.filter((id) => !sealed.includes(id)))
    },
    close: () => work,
  }
}

function hide(store: Store, runIds: readonly string[]): void {
  store.transaction(() => {
    for (const id of runIds) {
      store.runs.setHeadline(id, '')
      for (const figure of store.figures.of(id)) store.figures.put(withheld(figure))
    }
  })
}

/** The live runs that have this stage, if it is a student. */
function runsOfStudent(store: Store, key: string): string[] {
  const stage = store.stages.byKey(key)
  const live = new Set(store.runs.live())
  return stage?.role === 'student' ? store.runs.withStage(stage.id).filter((run) => live.has(run)) : []
}
