import { existsSync } from 'node:fs'
import type { Sureness } from '../../../src-preload/contract'
import { readEvaluations, type EVALUATIONS } from '../../data/evaluations'
import { PREDICTIONS } from '../../data/predictions'
import { TEXTS } from '../../data/texts'
import { readSaid, unfinishedFile } from '../../data/unfinished'
import { sureness } from '../../science/metrics'
import type { DataConfig } from '../../science/stages'
import type { Store } from '../../store'
import type { Shelf } from '../home/shelf'
import { stageOf } from '../queue/lifecycle'
import type { Analyst } from './analyst'
import { readTraining } from './predicted'

/** Where it lies what a training said: in its artifact, or in what was kept of one that is not finished. */
export type SaidPlace = { artifact: string } | { unfinished: string; file: (typeof EVALUATIONS)[number] }

/** How sure a training was; null of what is no training, and where nothing that it said is on disk. */
export type AskSureness = (key: string) => Promise<Sureness | null>

export function createSureness(store: Store, shelf: Shelf, analyst: Pick<Analyst, 'sureness'>): AskSureness {
  return async (key) => {
    const place = saidPlace(store, shelf, key)
    return place && analyst.sureness(place)
  }
}

/** Where what a training said of its test rows can be read; null where it trains nothing of the kind, or said nothing yet. */
function saidPlace(store: Store, shelf: Shelf, key: string): SaidPlace | null {
  const row = store.stages.byKey(key)
  const stage = row && stageOf(store, row)
  if (!row || stage?.kind !== 'train') return null
  const artifact = store.artifacts.get(row.id)
  if (artifact) return { artifact: shelf.folder(key, artifact.origin) }
  const unfinished = unfinishedFile(shelf.root, key)
  if (!existsSync(unfinished)) return null
  const data = store.stages.byKey(stage.needs.data)
  const { form } = JSON.parse(data?.config ?? '{}') as Partial<DataConfig>
  return { unfinished, file: form?.kind === 'text' ? TEXTS : PREDICTIONS }
}

/** How sure a training was at the latest evaluation that is on disk; null where it was kept before the first one. */
export async function readSureness(place: SaidPlace): Promise<Sureness | null> {
  const said = 'artifact' in place ? await readTraining(place.artifact) : await kept(place)
  if (!said) return null
  const { steps, answers } = said('test')
  const [step, last] = [steps.at(-1), answers.at(-1)]
  return step === undefined || !last ? null : sureness(step, last)
}

async function kept({ unfinished, file }: Extract<SaidPlace, { unfinished: string }>) {
  const bytes = await readSaid(unfinished)
  return bytes && readEvaluations(bytes, file)
}
