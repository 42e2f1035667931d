import path from 'node:path'
import type { InstalledModel } from '../../../src-preload/contract'
import { hashFile } from './hashing'
import { readManifests, type Manifest } from './manifest'

/** The models of a cache, and those that came with the app. */
export interface Shelf {
  root: string
  hubUrl: string
  bundled: () => Promise<Manifest[]>
}

/** The models that are here: the app's own first, then the cache's in the order of their coming. */
export async function manifestsOf({ root, bundled }: Shelf): Promise<Manifest[]> {
  return [...(await bundled()), ...(await readManifests(root))]
}

/** The model of an id, if it is here. */
export async function modelOf(id: string, shelf: Shelf): Promise<Manifest | undefined> {
  return (await manifestsOf(shelf)).find((manifest) => manifest.id === id)
}

/** The folder (or file) that its files lie in. */
export function placeOf({ key, place }: Manifest, { root }: Shelf): string {
  return place ?? path.join(root, key)
}

export function installed(manifest: Manifest, shelf: Shelf): InstalledModel {
  const { key, source, files, place } = manifest
  const size = files.reduce((sum, { bytes }) => sum + bytes, 0)
  return { key, path: placeOf(manifest, shelf), bytes: place === null ? size : 0, size, source }
}

/** A file of a model that is here, by its content. */
export async function findFile(sha256: string, shelf: Shelf): Promise<string | undefined> {
  for (const manifest of await readManifests(shelf.root)) {
    const file = manifest.place === null ? manifest.files.find((file) => file.sha256 === sha256) : undefined
    const at = file && path.join(placeOf(manifest, shelf), file.name)
    if (at && (await hashFile(at).catch(() => null)) === sha256) return at
  }
  return undefined
}
