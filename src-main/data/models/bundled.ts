import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, hashFiles, modelFiles, type Describe } from './files'
import { MANIFEST, modelKey, readManifest, type ModelManifest, type ModelFile, type Shelved } from './manifest'

/**
 * What `manifest.json` of a folder with a model of the app's own says: everything from the files themselves and their
 * card, so that the same files give the same manifest. Its id is the folder's name, its title the card's heading.
 * @throws CheckpointError when it is no model that can be read
 */
export async function describeFolder(folder: string): Promise<ModelManifest> {
  return describeFiles(folder, await hashFiles(folder, await filesIn(folder), {}), describe)
}

async function describeFiles(folder: string, files: ModelFile[], describe: Describe): Promise<ModelManifest> {
  const { described, card } = await describe(folder, {})
  const id = path.basename(path.resolve(folder))
  const title = /^#\s+(.+?)\s*$/m.exec(card.text ?? '')?.[1] ?? id
  return {
    ...described,
    ...{ format: 1, key: modelKey(files), id, title, family: 'Bundled', licence: card.licence },
    ...{ source: { kind: 'bundled' }, place: null, files, addedAt: 0 },
  }
}

/**
 * The models in the sub-folders of `root`, smallest first; their `place` is their folder. One whose files are not those
 * of its manifest is described anew, so that its key is always that of what lies there.
 */
export async function readBundled(root: string, describe: Describe): Promise<Shelved[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => [])
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(root, name))
  const manifests = (await Promise.all(folders.map((folder) => readOne(folder, describe)))).flat()
  return manifests.sort((a, b) => a.parameters - b.parameters || (a.id < b.id ? -1 : 1))
}

async function readOne(folder: string, describe: Describe): Promise<Shelved[]> {
  const recorded = await recordedManifest(folder)
  const files = await hashFiles(folder, await filesIn(folder), {})
  const known = recorded !== null && modelKey(recorded.files) === modelKey(files)
  // What cannot be read any more is still listed as what it was: checking it tells which file is to blame.
  const manifest = known ? recorded : await describeFiles(folder, files, describe).catch(() => recorded)
  return manifest ? [{ ...manifest, place: folder, folder }] : []
}

/** What was written beside the files when they were made; null where that is nothing that can be read. */
export async function recordedManifest(folder: string): Promise<ModelManifest | null> {
  return readManifest(path.join(folder, MANIFEST)).catch(() => null)
}

/** The files that it is read from, its card and its licence. */
async function filesIn(folder: string): Promise<string[]> {
  const about = (await readdir(folder)).filter((name) => /^(README\.md|LICENSE.*)$/.test(name))
  return [...(await modelFiles(folder, folder)), ...about].sort()
}
