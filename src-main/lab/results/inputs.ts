import type { ArmResult } from '../../science/metrics'
import type { Arm, ArmSeed, TrainConfig } from '../../science/stages'
import type { StageRow, Store } from '../../store'
import { LabError } from '../errors'
import type { Shelf } from '../shelf'
import type { ReportedSource } from './analysis'
import type { SeedSource } from './predicted'

/** Rows of the four stages of a seed; null unless every one has been finished and what it left is there. */
function finishedStages(store: Store, seed: ArmSeed): Record<keyof Omit<ArmSeed, 'seed'>, StageRow> | null {
  const { weak, labels, student, ceiling } = seed
  const rows = [weak, labels, student, ceiling].map((key) => store.stages.byKey(key))
  if (rows.some((row) => !row || !store.artifacts.get(row.id))) return null
  const [w, l, s, c] = rows as [StageRow, StageRow, StageRow, StageRow]
  return { weak: w, labels: l, student: s, ceiling: c }
}

/** Where the predictions of a seed lie; null unless its four stages have been finished. */
export function seedSource(store: Store, shelf: Shelf, { seed, ...stages }: ArmSeed): SeedSource | null {
  const rows = finishedStages(store, { seed, ...stages })
  if (!rows) return null
  const { epochs } = (JSON.parse(rows.student.config) as TrainConfig).optimiser
  const [weak, student, ceiling] = [stages.weak, stages.student, stages.ceiling].map((key) => shelf.folder(key, 'own'))
  return { seed, epochs, weak: weak!, student: student!, ceiling: ceiling! }
}

/** The finished seeds of an arm, with the steps at which their students are reported. */
export function reportedSource(store: Store, shelf: Shelf, { arm, bySeed }: ArmResult): ReportedSource {
  const seeds = arm.seeds.flatMap((of) => {
    const reported = bySeed.find((result) => result.seed === of.seed)
    const source = reported && seedSource(store, shelf, of)
    return source ? [{ ...source, step: reported.step }] : []
  })
  return { arm, seeds }
}

/**
 * Whether a seed was finished once, and what it left is gone, with nobody at work to make it again.
 */
export function isLost(store: Store, { weak, labels, student, ceiling }: ArmSeed): boolean {
  const rows = [weak, labels, student, ceiling].map((key) => store.stages.byKey(key))
  return (
    rows.every((row) => row && row.doneAttempt > 0) &&
    rows.some((row) => !store.artifacts.get(row!.id) && !store.stages.isWanted(row!.id))
  )
}

/** Folder with the examples of a seed; the test split is the same for all seeds of an arm. */
export function dataFolder(store: Store, shelf: Shelf, seed: ArmSeed): string {
  const weak = store.stages.byKey(seed.weak)
  const data = weak && store.needs.of(weak.id).find((need) => need.role === 'data')
  if (!data) throw new LabError('not-found', 'The stages of this run are not in the store.')
  if (!shelf.has(data.key, 'own'))
    throw new LabError('not-found', 'The examples of this run are not on disk any more. Resume it to make them again.')
  return shelf.folder(data.key, 'own')
}

/** Changes whenever a result would. */
export function factsOf(store: Store, arm: Arm): string {
  return arm.seeds
    .map((seed) => {
      const rows = finishedStages(store, seed)
      return rows ? Object.values(rows).map((row) => `${row.id}.${row.doneAttempt}`) : '-'
    })
    .join()
}
