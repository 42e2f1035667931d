import type { ArmResult } from '../../science/metrics'
import type { Arm, ArmSeed, DataConfig, TrainConfig } from '../../science/stages'
import type { StageRow, Store } from '../../store'
import { LabError } from '../errors'
import type { Shelf } from '../home/shelf'
import type { ReportedSource } from './analysis'
import type { Facts } from './memory'
import type { SeedSource } from './predicted'

type Needed = keyof Omit<ArmSeed, 'seed' | 'references'>

/** Rows of the four stages of a seed; null unless every one has been finished and what it left is there. */
function finishedStages(store: Store, seed: ArmSeed): Record<Needed, StageRow> | null {
  const { weak, labels, student, ceiling } = seed
  const rows = [weak, labels, student, ceiling].map((key) => store.stages.byKey(key))
  if (rows.some((row) => !row || !store.artifacts.get(row.id))) return null
  const [w, l, s, c] = rows as [StageRow, StageRow, StageRow, StageRow]
  return { weak: w, labels: l, student: s, ceiling: c }
}

/** Rows of the references of a seed that have been finished; none of them is needed for its result. */
function finishedReferences(store: Store, { references = {} }: ArmSeed): [name: string, row: StageRow][] {
  return Object.entries(references).flatMap(([name, key]) => {
    const row = store.stages.byKey(key)
    return row && store.artifacts.get(row.id) ? [[name, row] as [string, StageRow]] : []
  })
}

/** Where the predictions of a seed lie; null unless its four stages have been finished. */
export function seedSource(store: Store, shelf: Shelf, seed: ArmSeed): SeedSource | null {
  const rows = finishedStages(store, seed)
  if (!rows) return null
  const { epochs } = (JSON.parse(rows.student.config) as TrainConfig).optimiser
  const folder = (row: StageRow) => shelf.folder(row.key)
  const [weak, student, ceiling] = [folder(rows.weak), folder(rows.student), folder(rows.ceiling)]
  const references = Object.fromEntries(finishedReferences(store, seed).map(([name, row]) => [name, folder(row)]))
  return { seed: seed.seed, epochs, weak, student, ceiling, references }
}

/**
 * Folders of the trainings between supervisor and student of a finished seed, from the first to learn on: each labels for
 * the next. None where a student learns from its supervisor's own labels, from several models, or one of them is gone.
 */
export function rungFolders(store: Store, shelf: Shelf, { weak, student }: ArmSeed): string[] {
  const climb: string[] = []
  for (let key = student; ;) {
    const teachers = needsIn(store, needsIn(store, key, 'labels')[0] ?? '', 'model')
    const [teacher] = teachers
    if (teacher === undefined || teachers.length > 1) return []
    if (teacher === weak) return climb.map((rung) => shelf.folder(rung))
    if (!shelf.has(teacher)) return []
    climb.unshift(teacher)
    key = teacher
  }
}

/** Keys of what fills a role of a stage, or several that are numbered. */
function needsIn(store: Store, key: string, role: string): string[] {
  const stage = store.stages.byKey(key)
  return stage
    ? store.needs.of(stage.id).flatMap((need) => (need.role.replace(/\d+$/, '') === role ? [need.key] : []))
    : []
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
export const dataFolder = (store: Store, shelf: Shelf, seed: ArmSeed): string => dataSource(store, shelf, seed).folder

/** The same folder, and how its examples were cut from which rows. */
export function dataSource(store: Store, shelf: Shelf, seed: ArmSeed): { folder: string; config: DataConfig } {
  const weak = store.stages.byKey(seed.weak)
  const key = weak && dataKey(store, weak)
  const stage = key ? store.stages.byKey(key) : undefined
  if (!key || !stage) throw new LabError('not-found', 'The stages of this run are not in the store.')
  if (!shelf.has(key))
    throw new LabError('not-found', 'The examples of this run are not on disk any more. Resume it to make them again.')
  return { folder: shelf.folder(key), config: JSON.parse(stage.config) as DataConfig }
}

const dataKey = (store: Store, { id }: StageRow) => store.needs.of(id).find((need) => need.role === 'data')?.key

/** What the results of arms are made from: changes whenever they would. */
export function factsOf(store: Store, shelf: Shelf, arms: readonly Arm[]): Facts {
  const seeds = arms.map(({ seeds }) => seeds.map((seed) => rowsOf(store, seed)))
  const stored = seeds.map((rows) =>
    rows.map((of) => (of ? of.map((row) => `${row.id}.${row.doneAttempt}`).join() : '-')).join(),
  )
  const keys = () => new Set(seeds.flat(2).flatMap((row) => (row ? [row.key, dataKey(store, row) ?? ''] : [])))
  return { stored: stored.join('/'), onDisk: () => [...keys()].map((key) => key && shelf.stamp(key)).join() }
}

/** Rows of the stages of a seed and of its references; null unless it is finished. */
function rowsOf(store: Store, seed: ArmSeed): StageRow[] | null {
  const rows = finishedStages(store, seed)
  return rows && [...Object.values(rows), ...finishedReferences(store, seed).map(([, row]) => row)]
}
