import type { ArmResult } from '../../science/metrics'
import type { Arm, ArmSeed, TrainConfig } from '../../science/stages'
import type { StageRow, Store } from '../../store'
import { LabError } from '../errors'
import type { Shelf } from '../shelf'
import type { ReportedInput, SeedInput } from './analysis'

/** Rows of the four stages of a seed; null unless every one has been finished. */
function finishedStages(store: Store, seed: ArmSeed): Record<keyof Omit<ArmSeed, 'seed'>, StageRow> | null {
  const { weak, labels, student, ceiling } = seed
  const rows = [weak, labels, student, ceiling].map((key) => store.stages.byKey(key))
  if (rows.some((row) => !row || row.doneAttempt === 0)) return null
  const [w, l, s, c] = rows as [StageRow, StageRow, StageRow, StageRow]
  return { weak: w, labels: l, student: s, ceiling: c }
}

/** Stored predictions of a seed; null unless its four stages have been finished. @throws LabError when they are gone */
export function seedInput(store: Store, seed: ArmSeed): SeedInput | null {
  const rows = finishedStages(store, seed)
  if (!rows) return null
  const last = (row: StageRow, split: string) =>
    there(row, store.predictions.last(row.id, row.doneAttempt, split)).probabilities
  const student = (split: string) => store.predictions.of(rows.student.id, rows.student.doneAttempt, split)
  const test = student('test')
  there(rows.student, test[0])
  return {
    seed: seed.seed,
    epochs: (JSON.parse(rows.student.config) as TrainConfig).optimiser.epochs,
    weak: last(rows.weak, 'test'),
    weakValidation: last(rows.weak, 'validation'),
    ceiling: last(rows.ceiling, 'test'),
    steps: test.map((evaluation) => evaluation.step),
    student: test.map((evaluation) => evaluation.probabilities),
    studentValidation: student('validation').map((evaluation) => evaluation.probabilities),
  }
}

/** Test predictions of an arm's finished seeds, the student's where it is reported. */
export function reportedInput(store: Store, { arm, bySeed }: ArmResult): ReportedInput {
  const seeds = arm.seeds.flatMap((of) => {
    const reported = bySeed.find((result) => result.seed === of.seed)
    const input = reported && seedInput(store, of)
    if (!input) return []
    const { seed, weak, ceiling } = input
    return [{ seed, weak, student: input.student[input.steps.indexOf(reported.step)]!, ceiling }]
  })
  return { arm, seeds }
}

function there<T>(row: StageRow, found: T | undefined): T {
  if (found === undefined) throw new LabError('storage', `The predictions of "${row.title}" are not in the store.`)
  return found
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
