import { verifyArtifact, ArtifactError } from '../../engine/artifacts'
import type { EngineEvent } from '../../engine/protocol'
import type { Store } from '../../store'
import type { Bus } from '../bus'
import { forget } from '../queue/lifecycle'
import { runEvents } from '../queue/recorder'
import type { Origin, Shelf } from '../home/shelf'

/** A finished artifact that is not as it was made. */
export interface Damaged {
  key: string
  title: string
  origin: Origin
  /** Names file, expectation and what is there. */
  problem: string
  /** Whether its stage is to be made again now. */
  repaired: boolean
  /** Where it was moved to; null where it was not, or nothing of it was left. */
  movedTo: string | null
}

/** What becomes of artifacts that are not as they were made. */
export interface Damage {
  /**
   * What the recorder is to hear of a batch: a stage that failed on a damaged need waits again, behind the stage that
   * makes the need anew. A need that is damaged a second time is the disk's fault, and the failure stands.
   */
  heard(events: EngineEvent[]): EngineEvent[]
  /**
   * Reads the artifacts of stages. With `repair` those of this home that are damaged are set aside and their stages
   * forgotten: the next run that wants them makes them again.
   */
  examine(keys: Iterable<string>, repair: boolean, tell?: (done: number) => void): Promise<Damaged[]>
}

/** @param bus hears which runs changed */
export function createDamage(store: Store, shelf: Shelf, bus: Bus): Damage {
  const healed = new Set<string>()

  /** What came with the application cannot be made again here. */
  function setAside(key: string): Pick<Damaged, 'repaired' | 'movedTo'> {
    const stage = store.stages.byKey(key)
    if (!stage || store.artifacts.get(stage.id)?.origin === 'bundled') return { repaired: false, movedTo: null }
    const movedTo = shelf.setAside(key)
    store.transaction(() => forget(store, stage.id))
    bus.publish(runEvents(store.runs.withStage(stage.id)))
    return { repaired: true, movedTo }
  }

  function heard(event: EngineEvent): EngineEvent[] {
    if (event.type !== 'state' || event.state !== 'failed' || event.damaged === undefined) return [event]
    const { key, at, error, damaged } = event
    if (healed.has(damaged)) return [event]
    healed.add(damaged)
    const { repaired, movedTo } = setAside(damaged)
    if (!repaired) return [event]
    const title = store.stages.byKey(damaged)?.title ?? damaged
    const text = `"${title}" was damaged on disk and is made again${movedTo ? `; it was set aside in ${movedTo}` : ''}. (${error})`
    return [
      { type: 'log', key, at, level: 'warn', text },
      { type: 'state', key, state: 'cancelled', at },
    ]
  }

  return {
    heard: (events) => events.flatMap(heard),
    async examine(keys, repair, tell = () => undefined) {
      const found: Damaged[] = []
      let done = 0
      for (const key of new Set(keys)) {
        const stage = store.stages.byKey(key)
        const artifact = stage && store.artifacts.get(stage.id)
        if (artifact) {
          const problem = await problemOf(shelf.folder(key, artifact.origin), artifact.files)
          const { origin } = artifact
          const now = repair && problem !== null ? setAside(key) : { repaired: false, movedTo: null }
          if (problem !== null) found.push({ key, title: stage.title, origin, problem, ...now })
        }
        tell(++done)
      }
      return found
    },
  }
}

/**
 * What is wrong with an artifact; null for nothing.
 * @param files those that the store noted when it was made, as JSON: a manifest may be damaged as well
 */
async function problemOf(folder: string, files: string): Promise<string | null> {
  try {
    const manifest = await verifyArtifact(folder)
    const same = JSON.stringify(manifest.files) === files
    return same ? null : `${folder}: expected the files that the store noted, got others in its manifest`
  } catch (error) {
    if (error instanceof ArtifactError) return error.message
    throw error
  }
}

/** One sentence of what was found, with the way out. */
export function damageText(found: readonly Damaged[]): string {
  const lines = found.map(({ title, problem, movedTo }) =>
    movedTo ? `"${title}": ${problem}. It was set aside in ${movedTo}.` : `"${title}": ${problem}.`,
  )
  const aside = found.every(({ repaired }) => repaired)
  const bundled = found.some(({ origin }) => origin === 'bundled')
  const way = aside
    ? 'Resume the run to make them again.'
    : bundled
      ? 'What came with the application has to be put back: install it anew.'
      : 'w2s check --repair sets them aside; the next run that wants them makes them again.'
  return ['Damaged on disk:', ...lines, way].join('\n')
}
