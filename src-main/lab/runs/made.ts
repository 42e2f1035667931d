import type { Store } from '../../store'
import type { Bus } from '../bus'
import type { Shelf } from '../home/shelf'
import type { ModelDesk } from '../models'
import { titledStages } from './view'

/** What pretrainings have made becomes known among the pretrained models. */
export interface Made {
  /** Resolves when nothing is being noted. */
  close(): Promise<void>
}

/** Notes every language model as soon as it is done, and those of a run that found them done. */
export function createMade(
  store: Store,
  shelf: Pick<Shelf, 'folder' | 'has'>,
  models: Pick<ModelDesk, 'made' | 'list'>,
  bus: Bus,
): Made {
  let work = Promise.resolve()
  async function note(run: string): Promise<void> {
    const here = new Set((await models.list()).flatMap(({ here }) => (here && !here.gone ? [here.path] : [])))
    for (const { key, id, facts } of modelsOf(store, run)) {
      const origin = store.artifacts.get(id)?.origin
      const folder = shelf.folder(key, origin ?? 'own')
      // What is noted already stays as it was noted.
      if (origin && shelf.has(key, origin) && !here.has(folder))
        await models.made(folder, { id: facts.of, title: facts.of })
    }
  }
  bus.subscribe((events) => {
    const runs = events.flatMap((event) => {
      if (event.type === 'run') return event.ended ? [event.id] : []
      const stage = event.type === 'state' && event.state === 'done' ? store.stages.byKey(event.key) : undefined
      return stage?.kind === 'language' ? store.runs.withStage(stage.id) : []
    })
    // A model that cannot be noted is no fault of the run: its folder is there to be added by hand.
    for (const run of new Set(runs)) work = work.then(() => note(run)).catch(() => undefined)
  })
  return { close: () => work }
}

/** The language models of a run that are done. */
function modelsOf(store: Store, run: string) {
  return titledStages(store, run).filter(({ kind, state }) => kind === 'language' && state === 'done')
}

/** The line of a pretraining in the list of runs, e.g. "bits per byte: prose-xs 2.41 · prose-s 2.12". */
export function madeLine(store: Store, run: string): string {
  const lines = modelsOf(store, run).map(({ id, facts }) => {
    const { bits_per_byte: bits } = JSON.parse(store.artifacts.get(id)?.summary ?? '{}') as Record<string, number>
    return bits === undefined ? facts.of : `${facts.of} ${bits.toFixed(2)}`
  })
  return lines.length > 0 ? `bits per byte: ${lines.join(' · ')}` : ''
}
