import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TaskInfo } from '../../../src-preload/contract'
import { versionOf } from '../../science/plan/stage-key'
import type { Store } from '../../store'
import type { Damage, Damaged } from './damage'
import type { Datasets } from '../datasets'
import { stageOf } from '../queue/lifecycle'
import type { Shelf } from '../home/shelf'

export interface CheckOptions {
  /** Sets damaged artifacts aside, so that the next run that wants them makes them again. */
  repair: boolean
  /** Hears how many of the artifacts have been read. */
  onProgress?: (done: number, total: number) => void
}

/** What lies in a home, as far as it is not as it was written. */
export interface CheckReport {
  /** What the store finds wrong with itself. */
  store: string[]
  /** Stages whose key is not that of what they say: the store was changed. */
  stages: { key: string; title: string }[]
  /** Finished artifacts that were read. */
  artifacts: number
  damaged: Damaged[]
  /** Folders among the artifacts that no stage of the store knows. */
  strays: string[]
  /** Datasets, bundled and imported, whose rows are not those that they had. */
  datasets: { id: string; problem: string }[]
  /** Folders of what was set aside, now and before. They may be removed. */
  aside: string[]
}

interface Parts {
  store: Store
  shelf: Shelf
  damage: Damage
  datasets: Datasets
  home: string
}

/** Folders among the artifacts that are none: what is being written, and trainings that can be taken up. */
const OURS = new Set(['tmp', 'unfinished'])

/** Reads everything at rest in a home against what is known of it. Only `repair` changes anything. */
export async function checkHome(parts: Parts, { repair, onProgress }: CheckOptions): Promise<CheckReport> {
  const { store, shelf, damage, datasets, home } = parts
  const artifacts = store.artifacts.all()
  const keys = artifacts.map(({ key }) => key)
  const tell = (done: number) => onProgress?.(done, keys.length)
  const known = new Set(keys)
  return {
    store: store.problems(),
    stages: changedStages(store),
    artifacts: keys.length,
    damaged: await damage.examine(keys, repair, tell),
    strays: foldersOf(shelf.root).filter((name) => !OURS.has(name) && !known.has(name)),
    datasets: await changedDatasets(datasets),
    aside: foldersOf(join(home, 'damaged')).map((name) => join(home, 'damaged', name)),
  }
}

function changedStages(store: Store): CheckReport['stages'] {
  return store.stages
    .all()
    .filter((row) => versionOf(stageOf(store, row)) === null)
    .map(({ key, title }) => ({ key, title }))
}

async function changedDatasets(datasets: Datasets): Promise<CheckReport['datasets']> {
  const found: CheckReport['datasets'] = []
  for (const task of datasets.list()) {
    const problem = await problemOf(task, datasets)
    if (problem !== null) found.push({ id: task.id, problem })
  }
  return found
}

async function problemOf({ id, sha256 }: TaskInfo, datasets: Datasets): Promise<string | null> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(datasets.path(id, sha256))) hash.update(chunk as Buffer)
  } catch (error) {
    return (error as Error).message
  }
  const got = hash.digest('hex')
  return got === sha256 ? null : `expected sha256 ${sha256}, got ${got}`
}

function foldersOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : []
}
