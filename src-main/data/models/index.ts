import { rm } from 'node:fs/promises'
import { totalmem } from 'node:os'
import path from 'node:path'
import { addFolder } from './add'
import { CATALOGUE, type CatalogueModel } from './catalogue'
import { ModelError } from './errors'
import { sizeOfFolder } from './files'
import { fetchModel, partialOf, type GetOptions } from './get'
import { readManifests, type Manifest } from './manifest'
import { fits, type MemoryNeed } from './memory'
import type { Task } from './progress'
import { installed, modelOf, type InstalledModel, type Shelf } from './shelf'
import { verifyFiles, type FileProblem } from './verify'

export type { GetOptions } from './get'
export type { InstalledModel } from './shelf'

/** A model as a list shows it: one that can be fetched, one that is here, or both. */
export interface ModelEntry {
  id: string
  title: string
  family: string
  architecture: string
  parameters: number
  layers: number
  width: number
  context: number
  licence: string | null
  /** About how many bytes the hub sends; `null` for a folder of one's own. */
  download: number | null
  /** Whether it can be fetched where the hub cannot be reached. */
  viaPip: boolean
  note: string | null
  memory: MemoryNeed
  /** What of it is on this machine. */
  here: InstalledModel | null
}

export interface ModelsOptions {
  /** Where fetched things live; models get a folder of their own in it. */
  cache: string
  /** Address of the hub; `HF_ENDPOINT` or the public one. */
  hubUrl?: string
  /** Bytes of memory that `fits` reckons with; those of this machine. */
  memory?: number
  catalogue?: readonly CatalogueModel[]
}

/** Pretrained models: what there is, what is here, getting, adding, checking and removing. */
export interface Models {
  list(): Promise<ModelEntry[]>
  /** @throws Error when no model of this id is here */
  find(id: string): Promise<InstalledModel>
  /**
   * Fetches a model of the catalogue, or gives the one that is here. An interrupted fetch is gone on with by the next.
   * @throws Error in words for people: unknown id, no room, no source that answers, or what is wrong with what came
   */
  get(id: string, options?: GetOptions): Promise<InstalledModel>
  /**
   * Registers a folder or file of one's own; it stays where it is.
   * @throws CheckpointError when it is no model that can be read
   */
  add(where: string, task?: Task): Promise<{ id: string } & InstalledModel>
  /** Reads every byte again. @returns what is wrong with which file; nothing when it is as it was */
  verify(id: string, task?: Task): Promise<FileProblem[]>
  /** Removes a model from the cache, or the note of a folder. @returns bytes that came free */
  remove(id: string): Promise<{ freedBytes: number }>
}

export function createModels(options: ModelsOptions): Models {
  const { cache, catalogue = CATALOGUE, memory = totalmem() } = options
  const hubUrl = options.hubUrl ?? process.env.HF_ENDPOINT ?? 'https://huggingface.co'
  const shelf: Shelf = { root: path.join(cache, 'models'), hubUrl }
  const ids = catalogue.map(({ id }) => id)
  const need = async (id: string) => {
    const manifest = await modelOf(id, shelf)
    if (manifest) return manifest
    throw new ModelError(`model ${id}: expected one that is on this machine, got none of this id`)
  }
  return {
    async list() {
      const manifests = await readManifests(shelf.root)
      const byId = new Map(manifests.map((manifest) => [manifest.id, manifest]))
      const known = catalogue.map((model) => catalogueEntry(model, memory, shelf, byId.get(model.id)))
      const own = manifests.filter(({ id }) => !ids.includes(id))
      return [...known, ...own.map((manifest) => ownEntry(manifest, memory, shelf))]
    },
    find: async (id) => installed(await need(id), shelf),
    async get(id, task = {}) {
      const model = catalogue.find((model) => model.id === id)
      if (!model) throw new ModelError(`model: expected one of ${ids.join(', ')}, got ${id}`)
      return installed((await modelOf(id, shelf)) ?? (await fetchModel(model, shelf, task)), shelf)
    },
    add: (where, task = {}) => addFolder(where, shelf, ids, task),
    verify: async (id, task = {}) => verifyFiles(await need(id), shelf, task),
    async remove(id) {
      const partial = ids.includes(id) ? partialOf(id, shelf) : null
      const left = partial === null ? 0 : await sizeOfFolder(partial)
      const manifest = left > 0 ? await modelOf(id, shelf) : await need(id)
      if (manifest) await rm(path.join(shelf.root, manifest.key), { recursive: true, force: true })
      if (partial !== null) await rm(partial, { recursive: true, force: true })
      return { freedBytes: left + (manifest ? installed(manifest, shelf).bytes : 0) }
    },
  }
}

function catalogueEntry(
  model: CatalogueModel,
  memory: number,
  shelf: Shelf,
  manifest: Manifest | undefined,
): ModelEntry {
  const { id, title, family, architecture, parameters, layers, width, context, licence, download } = model
  return {
    ...{ id, title, family, architecture, parameters, layers, width, context, licence, download },
    viaPip: model.pip !== undefined,
    note: model.note ?? null,
    memory: fits(parameters, memory),
    here: manifest ? installed(manifest, shelf) : null,
  }
}

function ownEntry(manifest: Manifest, memory: number, shelf: Shelf): ModelEntry {
  const { id, title, family, architecture, parameters, layers, width, context, licence } = manifest
  return {
    ...{ id, title, family, architecture, parameters, layers, width, context, licence },
    download: null,
    viaPip: false,
    note: null,
    memory: fits(parameters, memory),
    here: installed(manifest, shelf),
  }
}
