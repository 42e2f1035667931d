import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { InstalledModel } from './types'
import type { Describe } from './files'
import { hashFile } from './hashing'
import type { Hub } from './hub-client'
import { readManifests, type Shelved } from './manifest'

/** The models of a cache, and those that came with the app. */
export interface ModelShelf {
  root: string
  hub: Hub
  describe: Describe
  bundled: () => Promise<Shelved[]>
}

/** The models that are here: the app's own first, then the cache's in the order of their coming. */
export async function manifestsOf({ root, bundled }: ModelShelf): Promise<Shelved[]> {
  return namedApart([...(await bundled()), ...(await readManifests(root))])
}

/**
 * A model whose name one before it has gets a number: a newer app may bring one of the name of the user's, and two homes
 * that share a cache may each pretrain one.
 */
function namedApart(manifests: readonly Shelved[]): Shelved[] {
  const taken = new Set<string>()
  return manifests.map((manifest) => {
    let [id, n] = [manifest.id, 1]
    while (taken.has(id)) id = `${manifest.id}-${++n}`
    taken.add(id)
    return n === 1 ? manifest : { ...manifest, id, title: `${manifest.title} (${n})` }
  })
}

/** The model of an id, if it is here. */
export async function modelOf(id: string, shelf: ModelShelf): Promise<Shelved | undefined> {
  return (await manifestsOf(shelf)).find((manifest) => manifest.id === id)
}

/** The folder (or file) that its files lie in. */
export function placeOf({ place, folder }: Shelved): string {
  return place ?? folder
}

/** What is said of a model that is here; whether its files are there is looked at, not what is in them. */
export async function installed(manifest: Shelved): Promise<InstalledModel> {
  const { key, source, files, place } = manifest
  const size = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const gone = !(await isThere(manifest))
  return { key, path: placeOf(manifest), bytes: place === null ? size : 0, size, gone, source }
}

/** The folder that the names of a model's files are below. */
export async function baseOf(manifest: Shelved): Promise<string> {
  const place = placeOf(manifest)
  const isFolder =
    manifest.place === null ||
    (await stat(place).then(
      (found) => found.isDirectory(),
      () => true,
    ))
  return isFolder ? place : path.dirname(place)
}

/** Whether there is a file under each name that a model has. */
export async function isThere(manifest: Shelved): Promise<boolean> {
  const base = await baseOf(manifest)
  const found = manifest.files.map(({ name }) =>
    stat(path.join(base, name)).then(
      (one) => one.isFile(),
      () => false,
    ),
  )
  return (await Promise.all(found)).every(Boolean)
}

/** A file of a model that is here, by its content. */
export async function findFile(sha256: string, shelf: ModelShelf): Promise<string | undefined> {
  for (const manifest of await readManifests(shelf.root)) {
    const file = manifest.place === null ? manifest.files.find((file) => file.sha256 === sha256) : undefined
    const at = file && path.join(manifest.folder, file.name)
    if (at && (await hashFile(at).catch(() => null)) === sha256) return at
  }
  return undefined
}
