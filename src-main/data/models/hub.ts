import path from 'node:path'
import type { CatalogueModel } from './catalogue'
import { HubError, listFiles, revisionOf, type HubFile, type HubTask, type Repository } from './hub-client'
import { expectFree, getFiles } from './hub-files'
import { bytesText } from './progress'

/** What of a repository is known for certain, from elsewhere than its hub: its commit, and the sha256 of files in it. */
export interface Pin {
  revision: string
  sha256: Readonly<Record<string, string>>
}

type Wanted = Pick<CatalogueModel, 'hub' | 'title' | 'download' | 'pin'>

/**
 * Puts the files of a model into a folder from the hub, all of one revision: the pinned one, where there is a pin. What
 * an interrupted download has left is gone on with; every file is checked against its pinned hash, else against the one
 * that the hub tells of it, and no more is written than the hub has listed.
 * @returns the revision (a commit)
 * @throws HubError when the hub does not have the model or sends something else; ModelError `storage` when the disk has
 * no room for it; another Error when the hub cannot be reached
 */
export async function getFromHub(model: Wanted, folder: string, task: HubTask): Promise<string> {
  const repository: Repository = { kind: 'model', name: model.hub }
  const revision = await revisionOf(repository, model.pin?.revision ?? 'main', task)
  if (model.pin && revision !== model.pin.revision)
    throw new HubError(`${model.hub}: expected revision ${model.pin.revision}, got ${revision}.`)
  const files = neededFiles(await listFiles(repository, revision, task), model.hub)
  for (const file of files) expectPinned(file, model)
  expectSize(model, files)
  const wanted = files.map((file) => ({
    file,
    sha256: model.pin?.sha256[file.path] ?? file.lfs?.oid,
    to: path.join(folder, file.path),
  }))
  await expectFree(model.title, wanted, folder)
  await getFiles(repository, revision, wanted, task)
  return revision
}

const ALWAYS = ['config.json', 'tokenizer.json']
const WHERE_THERE = ['tokenizer_config.json', '1_Pooling/config.json', 'README.md', 'LICENSE']
const WEIGHTS = 'model.safetensors'
const INDEX = 'model.safetensors.index.json'

/** The files of a repository that make the model: small ones first, one form of the weights. */
function neededFiles(entries: readonly HubFile[], repository: string): HubFile[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  const shards = [...byPath.keys()].filter((name) => /^model-\d+-of-\d+\.safetensors$/.test(name)).sort()
  // The one file wins over an index, as where a folder is opened.
  const weights = byPath.has(INDEX) && !byPath.has(WEIGHTS) ? [INDEX, ...shards] : [WEIGHTS]
  const missing = [...ALWAYS, ...weights].find((name) => !byPath.has(name))
  if (missing !== undefined) throw new HubError(`${repository}: expected a file ${missing}, got none.`)
  const present = WHERE_THERE.filter((name) => byPath.has(name))
  return [...ALWAYS, ...present, ...weights].map((name) => byPath.get(name)!)
}

/** Before anything of it is fetched. */
function expectPinned({ path: name, lfs }: HubFile, { hub, pin }: Wanted): void {
  const sha256 = pin?.sha256[name]
  if (sha256 !== undefined && lfs && lfs.oid !== sha256)
    throw new HubError(`${hub}: ${name}: expected sha256 ${sha256}, got one of ${lfs.oid}.`)
}

/** What a model is known to be, about, with room for what its makers have added since. */
const MARGIN = { share: 1.5, bytes: 64e6 }

/** Before anything is fetched: the hub may list what nobody has asked for. */
function expectSize({ hub, download }: Wanted, files: readonly HubFile[]): void {
  const total = files.reduce((sum, { size }) => sum + size, 0)
  if (total > MARGIN.share * download + MARGIN.bytes)
    throw new HubError(`${hub}: expected about ${bytesText(download)}, got a listing of ${bytesText(total)}.`)
}
