import path from 'node:path'
import { hashFile } from './hashing'
import { readManifests, type Manifest, type ModelSource } from './manifest'

export interface InstalledModel {
  /** sha256 over its content: equal for equal weights, config and tokenizer. */
  key: string
  /** The folder or file to read it from. */
  path: string
  /** Bytes that it takes in the cache; 0 for a folder that stays where it is. */
  bytes: number
  source: ModelSource
}

/** The models of a cache. */
export interface Shelf {
  root: string
  hubUrl: string
}

/** The model of an id, if it is here. */
export async function modelOf(id: string, { root }: Shelf): Promise<Manifest | undefined> {
  return (await readManifests(root)).find((manifest) => manifest.id === id)
}

/** The folder (or file) that its files lie in. */
export function placeOf({ key, place }: Manifest, { root }: Shelf): string {
  return place ?? path.join(root, key)
}

export function installed(manifest: Manifest, shelf: Shelf): InstalledModel {
  const { key, source, files, place } = manifest
  const bytes = place === null ? files.reduce((sum, { bytes }) => sum + bytes, 0) : 0
  return { key, path: placeOf(manifest, shelf), bytes, source }
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
