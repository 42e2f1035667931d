import { rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { makeFolder } from '../folder'
import type { InstalledModel } from './types'
import { ModelError } from './errors'
import { hashFiles, modelFiles } from './files'
import { modelKey, writeManifest, type ModelManifest, type Shelved } from './manifest'
import type { Task } from './progress'
import { installed, isThere, manifestsOf, type ModelShelf } from './shelf'

export interface AddOptions extends Task {
  /** What it is to be called, where that is not taken from its folder and card. */
  as?: { id: string; title: string }
}

/**
 * Notes a folder or file of one's own, which stays where it is.
 * @param taken ids that are in use beside those of the models that are here
 */
export async function addFolder(
  where: string,
  shelf: ModelShelf,
  taken: readonly string[],
  { as, ...task }: AddOptions,
): Promise<{ id: string } & InstalledModel> {
  const place = path.resolve(where)
  const { described, card } = await shelf.describe(place, task)
  const manifests = await manifestsOf(shelf)
  const same = manifests.find((manifest) => manifest.place === place)
  if (same?.source.kind === 'bundled') return { id: same.id, ...(await installed(same)) }
  const id = same?.id ?? freeId(as?.id ?? place, new Set([...taken, ...manifests.map(({ id }) => id)]))
  const base = (await stat(place)).isDirectory() ? place : path.dirname(place)
  const files = await hashFiles(base, await modelFiles(place, base), task)
  const manifest: ModelManifest = {
    ...described,
    ...{ format: 1, key: modelKey(files), id, title: as?.title ?? card.name, family: 'Own', licence: card.licence },
    ...{ source: { kind: 'folder' }, place, files, addedAt: Date.now() },
  }
  const unchanged = same?.key === manifest.key
  const twin = unchanged ? undefined : manifests.find(({ key }) => key === manifest.key)
  // Its folder was moved: what is known of it is, too.
  if (twin && twin.place !== null && !(await isThere(twin))) return moved(twin, place, same)
  if (twin) throw new ModelError('conflict', `${place}: this model is here already, as ${twin.id}.`)
  if (same && !unchanged) await rm(same.folder, { recursive: true, force: true })
  // Where the same content was fetched meanwhile, the note has given way and stays where it is.
  const folder = same && unchanged ? same.folder : path.join(shelf.root, manifest.key)
  makeFolder(folder)
  await writeManifest(folder, manifest)
  return { id, ...(await installed({ ...manifest, folder })) }
}

/** Notes the new place of a model; what was noted there before gives way. */
async function moved(
  model: Shelved,
  place: string,
  there: Shelved | undefined,
): Promise<{ id: string } & InstalledModel> {
  const { folder, ...manifest } = { ...model, place }
  await writeManifest(folder, manifest)
  if (there) await rm(there.folder, { recursive: true, force: true })
  return { id: model.id, ...(await installed({ ...manifest, folder })) }
}

/** `My Model.gguf` → `my-model`, with a number behind where that is taken. */
function freeId(place: string, taken: ReadonlySet<string>): string {
  const name = path.basename(place).replace(/\.(gguf|onnx|safetensors)$/, '')
  const slug =
    name
      .toLowerCase()
      .replace(/[^a-z0-9.]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, '') || 'model'
  for (let n = 1; ; n++) {
    const id = n === 1 ? slug : `${slug}-${n}`
    if (!taken.has(id)) return id
  }
}
