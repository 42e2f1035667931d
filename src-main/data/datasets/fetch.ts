import { readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { makeFolder } from '../folder'
import { show } from '../../science/spec/problems'
import { syncFolder } from '../durable'
import { messageOf, ModelError } from '../models/errors'
import {
  expectAddress,
  HubError,
  listFiles,
  revisionOf,
  type HubFile,
  type HubTask,
  type Repository,
} from '../models/hub-client'
import { disagreement, expectFree, getFiles, sizeOfAll, type WantedFile } from '../models/hub-files'
import type { Template } from '../templates'
import { ofConfig, shardOf, wantedRoles, type Shard } from './parquet/folder'
import { DatasetError } from './problem'
import type { FetchedDataset } from './types'

/** Where the hub keeps every dataset as Parquet: `<configuration>/<split>/0000.parquet`. */
const BRANCH = 'refs/convert/parquet'
const PLACE = /^[\w-][\w.-]*\/[\w-][\w.-]*\/[\w-][\w.-]*\.parquet$/
/** What is not whole yet. */
const UNFINISHED = '.fetching'

/**
 * Fetches the splits that a template reads into a folder of their own below `root`, named after dataset, configuration
 * and commit. Whole or not there; an interrupted fetch is gone on with by the next. What is there is checked and never
 * written over. One process at a time: whoever calls holds the data home.
 * @throws ModelError in words for people: no such dataset for everyone, another one than the template is for, no room, no
 * answer, or what is wrong with what came
 */
export async function fetchDataset(template: Template, root: string, task: HubTask): Promise<FetchedDataset> {
  expectAddress(task.hub)
  try {
    return await fetchFor(template, root, task)
  } catch (error) {
    task.signal?.throwIfAborted()
    if (error instanceof ModelError && error.trouble !== 'unavailable') throw error
    const why = error instanceof ModelError ? error.message : `expected an answer, got "${messageOf(error)}".`
    throw new ModelError('unavailable', `${template.title} could not be fetched.\n${task.hub.url}: ${why}`, {
      cause: error,
    })
  }
}

async function fetchFor(template: Template, root: string, task: HubTask): Promise<FetchedDataset> {
  const repository: Repository = { kind: 'dataset', name: template.hub }
  const revision = await revisionOf(repository, BRANCH, task)
  const { config, files } = neededFiles(await listFiles(repository, revision, task), template)
  const place = `${template.hub.replace('/', '--')}.${config}`
  const name = `${place}@${revision.slice(0, 12)}`
  const [final, unfinished] = [path.join(root, name), path.join(root, UNFINISHED, name)]
  const within = (folder: string) =>
    files.map((file): WantedFile => ({ file, sha256: file.lfs?.oid, to: path.join(folder, inConfig(file)) }))
  const wasHere = await isThere(final)
  if (wasHere) await expectWhole(within(final), final)
  else {
    await discardOlder(path.join(root, UNFINISHED), place, name)
    await expectFree(template.title, within(unfinished), unfinished)
    await getFiles(repository, revision, within(unfinished), task)
    await rename(unfinished, final)
    await syncFolder(root)
  }
  return {
    ...{ template: template.id, path: final, dataset: template.hub, config, revision, wasHere },
    files: files.map((file) => ({ name: inConfig(file), bytes: file.size, sha256: file.lfs?.oid ?? null })),
    bytes: sizeOfAll(within(final)),
    partial: files.some((file) => inConfig(file).startsWith('partial-')),
  }
}

/** `default/train/0000.parquet` → `train/0000.parquet`. */
const inConfig = ({ path: listed }: HubFile): string => listed.slice(listed.indexOf('/') + 1)

/** The Parquet files of a listing that a template reads, by the rules of an import. @throws HubError when it could not */
function neededFiles(listed: readonly HubFile[], { hub, config, splits }: Template) {
  const refuse = (expected: string, got: string) => new HubError(`${hub}: expected ${expected}, got ${got}.`)
  const parquet = listed.filter((file) => /\.parquet$/i.test(file.path))
  // Names become paths here: nothing of a hub's may lead elsewhere.
  const odd = parquet.find((file) => !PLACE.test(file.path))
  if (odd) throw refuse('Parquet files as <configuration>/<split>/0000.parquet', show(odd.path))
  if (parquet.length === 0) throw refuse(`Parquet files at ${BRANCH}`, 'none')
  const places = new Map<Shard, HubFile>(parquet.map((file) => [shardOf('', file.path.split('/')), file]))
  try {
    const shards = ofConfig([...places.keys()], config)
    const read = wantedRoles(shards, splits).map(({ split }) => split)
    const files = shards.filter(({ split }) => read.includes(split)).map((shard) => places.get(shard)!)
    return { config: shards[0]!.config, files }
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error
    throw refuse(error.problems[0]!.expected, error.problems[0]!.got)
  }
}

/** Nothing is written over: what was changed by hand is for its owner to take away. */
async function expectWhole(wanted: readonly WantedFile[], folder: string): Promise<void> {
  for (const one of wanted) {
    const wrong = await disagreement(one.to, one)
    if (wrong !== null)
      throw new ModelError('conflict', `${one.to}: ${wrong}. Remove the folder ${folder} to fetch it again.`)
  }
}

/** What is unfinished of other commits is gone on with by nobody. */
async function discardOlder(unfinished: string, place: string, name: string): Promise<void> {
  makeFolder(unfinished)
  for (const other of await readdir(unfinished))
    if (other.startsWith(`${place}@`) && other !== name) await rm(path.join(unfinished, other), { recursive: true })
}

const isThere = (place: string): Promise<boolean> =>
  stat(place).then(
    () => true,
    () => false,
  )
