import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { oneOf, show } from '../../../science/spec/problems'
import { refusal } from '../problem'
import { splitOf } from '../values'

/** One Parquet file of a dataset's folder. */
export interface Shard {
  path: string
  /** Of several data sets in one folder; '' where there is one. */
  config: string
  /** As the folder calls it. */
  split: string
}

/** How deep files lie: `<config>/<split>/0000.parquet`. */
const DEPTH = 3
/** More entries than a dataset has. */
const ENTRIES = 10_000

/**
 * The Parquet files of a folder as the model hub lays datasets out: `train-00000-of-00002.parquet`, in `data/` or in a
 * folder for each configuration; `<config>/<split>/0000.parquet`; or `train.parquet`.
 * @throws DatasetError for a folder without any
 */
export async function shardsOf(folder: string): Promise<Shard[]> {
  const found = await filesIn(folder)
  const shards = found.map((parts) => shardOf(folder, parts)).sort((a, b) => (a.path < b.path ? -1 : 1))
  if (shards.length > 0) return shards
  throw refusal('path', 'a folder with Parquet files, as train-00000-of-00001.parquet', `${basename(folder)}, without`)
}

async function filesIn(folder: string): Promise<string[][]> {
  const found: string[][] = []
  let seen = 0
  async function visit(parts: string[]): Promise<void> {
    for (const entry of await readdir(join(folder, ...parts), { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue
      if (++seen > ENTRIES) throw refusal('path', `a folder of one dataset, with at most ${ENTRIES} entries`, 'more')
      const inside = [...parts, entry.name]
      if (entry.isDirectory() && inside.length < DEPTH) await visit(inside)
      else if (!entry.isDirectory() && /\.parquet$/i.test(entry.name)) found.push(inside)
    }
  }
  await visit([])
  return found
}

/** What the place of a file below a dataset’s folder says of it. */
export function shardOf(folder: string, parts: string[]): Shard {
  const name = parts.at(-1)!.replace(/\.parquet$/i, '')
  const folders = parts.slice(0, -1).filter((part) => part !== 'data')
  const [, numbered] = /^(.+?)-\d{5}-of-\d{5}(?:-[0-9a-f]+)?$/.exec(name) ?? []
  const inFolder = numbered === undefined && /^\d+$/.test(name) ? folders.pop() : undefined
  const split = numbered ?? inFolder?.replace(/^partial-/, '') ?? name
  return { path: join(folder, ...parts), config: folders.join('/'), split }
}

/**
 * Those of one configuration.
 * @param wanted its name, where the reader knows it
 * @throws DatasetError where there are several and none is wanted, or another one than that wanted
 */
export function ofConfig(shards: readonly Shard[], wanted: string | null): Shard[] {
  const configs = [...new Set(shards.map(({ config }) => config))]
  const [only] = configs
  const unnamed = configs.length === 1 && (only === '' || only === 'default')
  const config = wanted === null || unnamed ? (configs.length === 1 ? only! : null) : wanted
  if (config === null)
    throw refusal('path', 'the folder of one configuration', `${configs.length}: ${configs.map(show).join(', ')}`)
  if (!configs.includes(config))
    throw refusal('path', `the folder of the configuration ${show(config)}`, `that of ${configs.map(show).join(', ')}`)
  return shards.filter((shard) => shard.config === config)
}

/** Where the rows of each split go; others are not read. Read in this order. */
export type Roles = { split: string; role: 'train' | 'test' }[]

/**
 * What a folder's splits mean where nobody knows the dataset: validation rows are its tests where it keeps no others.
 * @throws DatasetError for splits that are not called train, validation or test
 */
export function usualRoles(shards: readonly Shard[]): Roles {
  const words = [...new Set(shards.map(({ split }) => split))]
  const told = words.map((split) => ({ split, role: splitOf(split)?.split }))
  const odd = told.find(({ role }) => role === undefined)
  if (odd)
    throw refusal(
      'path',
      'splits called train, validation and test; or one of the files',
      `${words.map(show).join(', ')}`,
    )
  const named = told.map(({ split, role }) => ({ split, role: role! }))
  const tested = named.some(({ role }) => role === 'test')
  const isTrain = (split: string) => /^train/i.test(split)
  const roles = named.map(({ split, role }): Roles[number] =>
    !tested && !isTrain(split) && named.some((one) => isTrain(one.split)) ? { split, role: 'test' } : { split, role },
  )
  return roles.sort((a, b) => Number(a.role === 'test') - Number(b.role === 'test'))
}

/**
 * The splits that a reader wants. @throws DatasetError where that to train on is not there
 */
export function wantedRoles(shards: readonly Shard[], { train, test }: { train: string; test: string }): Roles {
  const words = [...new Set(shards.map(({ split }) => split))]
  if (!words.includes(train))
    throw refusal('path', `files of the split ${show(train)}`, `those of ${oneOf(words, null)}`)
  const roles: Roles = [{ split: train, role: 'train' }]
  return words.includes(test) ? [...roles, { split: test, role: 'test' }] : roles
}
