import type { ArmName, SeedQuery } from '../../../src-preload/contract'
import type { ArmResult } from '../../science/metrics'
import type { Arm } from '../../science/stages'
import type { Example, PreparedTask } from '../../science/tasks'
import type { Store } from '../../store'
import { LabError } from '../errors'
import type { Shelf } from '../home/shelf'
import { dataFolder, rungFolders, seedSource } from './inputs'
import type { SeedSource } from './predicted'

/** The arms of a run by its id. @throws LabError `not-found` */
export type ArmsOf = (runId: string) => Arm[]

/** @throws LabError `not-found` */
export function armIn(arms: readonly Arm[], id: string): Arm {
  const arm = arms.find((a) => a.id === id)
  if (!arm) throw new LabError('not-found', `This run has no arm "${id}".`)
  return arm
}

/** Folder of the examples, where the predictions lie, and folders of the trainings between supervisor and student. */
interface Found {
  data: string
  seed: SeedSource
  rungs: string[]
}

/** Finds where lies what was said under one seed, in one arm or in two. */
export function createFinder(store: Store, shelf: Shelf) {
  /** @throws LabError `not-found`, also while one of the seed's stages is not done */
  function one(arms: readonly Arm[], armId: string, number: number): Found {
    const arm = armIn(arms, armId)
    const seed = arm.seeds.find((s) => s.seed === number)
    if (!seed) throw new LabError('not-found', `"${arm.title}" has no seed ${number}.`)
    const source = seedSource(store, shelf, seed)
    if (!source) throw new LabError('not-found', `Seed ${number} of "${arm.title}" is not finished.`)
    return { data: dataFolder(store, shelf, seed), seed: source, rungs: rungFolders(store, shelf, seed) }
  }

  /** What a question about a seed is asked with: its predictions, and the other arm's where one is named. */
  return (armsOf: ArmsOf, { runId, armId, seed, stop, step, against }: SeedQuery) => {
    const at = ({ runId, armId }: ArmName) => one(armsOf(runId), armId, seed)
    if (against && step !== undefined)
      throw new LabError('bad-input', 'Beside another arm a student stands where it is reported, at no step of choice.')
    return { ...at({ runId, armId }), stop, step, against: against && at(against) }
  }
}

/** @throws LabError `bad-input` where two arms were not asked the same, whatever rows they were asked it of */
export function checkComparable(arm: Arm, against: Arm): void {
  if (arm.task !== against.task) throw refusal(`the one is of the task ${arm.task}, the other of ${against.task}`)
  if (arm.measure !== against.measure)
    throw refusal(`the one is measured on ${rowsOf(arm)}, the other on ${rowsOf(against)}`)
}

/** The first seed that both have done. @throws LabError `not-found` */
export function commonSeed(one: ArmResult, other: ArmResult): number {
  const [own, others] = [one, other].map(({ bySeed }) => bySeed.map(({ seed }) => seed)) as [number[], number[]]
  const found = own.find((seed) => others.includes(seed))
  if (found !== undefined) return found
  const told = (seeds: number[]) => (seeds.length > 0 ? `seeds ${seeds.join(', ')}` : 'no seed')
  const pair = `"${one.arm.title}" has finished ${told(own)}, "${other.arm.title}" ${told(others)}`
  throw new LabError('not-found', `These two have no finished seed in common: ${pair}.`)
}

/** @throws LabError `bad-input` where the test rows of two prepared tasks are not the same, in content and order */
export function checkSameRows(
  { splits: { test: one } }: PreparedTask,
  { splits: { test: other } }: PreparedTask,
): void {
  const names = [one, other].map((rows) => rows.map(nameOf)) as [string[], string[]]
  if (names[0].length === names[1].length && names[0].every((name, i) => name === names[1][i])) return
  const known = new Set(names[1])
  const shared = names[0].filter((name) => known.has(name)).length
  throw refusal(
    `they were measured on other test rows, ${one.length} and ${other.length}, of which ${shared} are in both`,
  )
}

const nameOf = ({ text, options, label, group }: Example) => JSON.stringify([text, options ?? [], label, group])
const refusal = (why: string) => new LabError('bad-input', `These two do not compare: ${why}.`)
const rowsOf = ({ measure }: Arm) => (measure === 'test' ? 'test rows' : 'development rows')
