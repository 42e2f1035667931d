import { rm } from 'node:fs/promises'
import { totalmem } from 'node:os'
import path from 'node:path'
import type { FileProblem, InstalledModel, ModelCard, ModelEntry } from './types'
import { readCard } from '../checkpoints/card'
import { locate } from '../checkpoints/locate'
import { addFolder, type AddOptions } from './add'
import { readBundled, recordedManifest } from './bundled'
import { CATALOGUE, type CatalogueModel } from './catalogue'
import { ModelError } from './errors'
import { hubAt } from './hub-client'
import { comeOf, fetchModel, discardPartial, leftOf, type GetOptions } from './get'
import { describe as describeHere, type Describe } from './files'
import { computingFiles, type ModelManifest, type Shelved } from './manifest'
import { fits } from './memory'
import type { Task } from './progress'
import { installed, manifestsOf, modelOf, placeOf, type ModelShelf } from './shelf'
import { differing, type Looks } from './verify'

export type { FileProblem, ModelEntry } from './types'
export type { GetOptions } from './get'
export type { Task } from './progress'
export { describeFolder } from './bundled'
export { describe, type Describe } from './files'
export { writeManifest } from './manifest'

export interface ModelsOptions {
  /** Where fetched things live; models get a folder of their own in it. */
  cache: string
  /** Folder of the models that came with the app, a sub-folder each; never changed. */
  bundled?: string
  /** Address of the hub; `HF_ENDPOINT` or the public one. */
  hubUrl?: string
  /** Milliseconds that the hub may take to begin an answer; 20 seconds. */
  hubPatience?: number
  /** Bytes of memory that `fits` reckons with; those of this machine. */
  memory?: number
  catalogue?: readonly CatalogueModel[]
  /** Reads what a model says of itself; here, unless it is given. */
  describe?: Describe
}

/** Pretrained models: what there is, what is here, getting, adding, checking and removing. */
export interface Models {
  /** The app's own, the catalogue's, then those added by hand. What is being done with one is for others to know. */
  list(): Promise<ModelEntry[]>
  /**
   * Fetches a model of the catalogue, or gives the one that is here and whole. An interrupted fetch is gone on with by
   * the next.
   * @throws Error in words for people: unknown id, no room, no source that answers, or what is wrong with what came
   */
  get(id: string, options?: GetOptions): Promise<InstalledModel>
  /**
   * Registers a folder or file of one's own; it stays where it is.
   * @throws CheckpointError when it is no model that can be read
   */
  add(where: string, options?: AddOptions): Promise<{ id: string } & InstalledModel>
  /**
   * Reads every byte again. @returns what is wrong with which file; nothing when it is as it was. Of a model that came
   * with the app it can only be said whether it is as it was built: its checksums came with it.
   */
  verify(id: string, task?: Task): Promise<FileProblem[]>
  /**
   * What differs of the files that a model computes with from those that its content key was made of. A file is read
   * once, and again when it looks changed.
   */
  check(id: string, task?: Task): Promise<FileProblem[]>
  /** Removes a model from the cache, or the note of a folder. @returns bytes that came free */
  remove(id: string): Promise<{ freedBytes: number }>
  /** What is known of a model's making, and its files where it is here. @throws ModelError when there is none of this id */
  card(id: string): Promise<ModelCard>
}

export function createModels(options: ModelsOptions): Models {
  const { cache, catalogue = CATALOGUE, memory = totalmem(), describe = describeHere } = options
  const hub = hubAt(options.hubUrl, options.hubPatience)
  const looks: Looks = new Map()
  let bundled: Promise<Shelved[]> | null = null
  const readOwn = () => (options.bundled === undefined ? Promise.resolve([]) : readBundled(options.bundled, describe))
  const shelf: ModelShelf = { root: path.join(cache, 'models'), hub, describe, bundled: () => (bundled ??= readOwn()) }
  const ids = catalogue.map(({ id }) => id)
  const need = async (id: string) => {
    const manifest = await modelOf(id, shelf)
    if (manifest) return manifest
    throw new ModelError('not-found', `model ${id}: expected one that is on this machine, got none of this id`)
  }
  return {
    list: () => listModels(catalogue, shelf, memory),
    async get(id, task = {}) {
      const here = await modelOf(id, shelf)
      const isWhole = here && (here.place !== null || (await differing(here, here.files, looks, task)).length === 0)
      if (isWhole) return installed(here)
      const model = catalogue.find((model) => model.id === id)
      if (!model) throw new ModelError('not-found', `model: expected one of ${ids.join(', ')}, got ${id}`)
      const got = await fetchModel(model, shelf, here ? fromWhereItCame(here, task) : task)
      if (here && here.folder !== got.folder) await rm(here.folder, { recursive: true, force: true })
      return installed(got)
    },
    add: (where, options = {}) => addFolder(where, shelf, ids, options),
    async verify(id, task = {}) {
      const manifest = await expected(await need(id))
      return differing(manifest, manifest.files, new Map(), task)
    },
    async check(id, task = {}) {
      const manifest = await need(id)
      return differing(manifest, computingFiles(manifest.files), looks, task)
    },
    async remove(id) {
      const left = ids.includes(id) ? await leftOf(id, shelf) : 0
      const manifest = left > 0 ? await modelOf(id, shelf) : await need(id)
      if (manifest?.source.kind === 'bundled')
        throw new ModelError('conflict', `${manifest.title} came with the app and stays.`)
      if (manifest) await rm(manifest.folder, { recursive: true, force: true })
      if (left > 0) await discardPartial(id, shelf)
      return { freedBytes: left + (manifest ? (await installed(manifest)).bytes : 0) }
    },
    async card(id) {
      const known = catalogue.find((model) => model.id === id)
      const manifest = known ? await modelOf(id, shelf) : await need(id)
      if (!manifest) return { licence: known!.licence, text: null, files: [] }
      const place = await locate(placeOf(manifest)).catch(() => null)
      const text = place && (await readCard(place.folder)).text
      return { licence: manifest.licence, text, files: manifest.files }
    },
  }
}

/** What a model must be: one of the app's own as it was built, any other as it was when it came. */
async function expected(manifest: Shelved): Promise<Shelved> {
  if (manifest.source.kind !== 'bundled') return manifest
  const { folder, place } = manifest
  const recorded = await recordedManifest(folder)
  if (recorded) return { ...recorded, folder, place }
  throw new ModelError(
    'not-found',
    `${manifest.title}: expected manifest.json with its checksums beside its files, got none: nothing can be checked.`,
  )
}

/** Only from there a damaged one comes back with its content where another source has other files of it. */
function fromWhereItCame({ source: { kind } }: ModelManifest, { source = 'auto', ...task }: GetOptions): GetOptions {
  return { ...task, source: source === 'auto' && kind === 'pip' ? 'pip' : source }
}

async function listModels(
  catalogue: readonly CatalogueModel[],
  shelf: ModelShelf,
  memory: number,
): Promise<ModelEntry[]> {
  const all = await manifestsOf(shelf)
  const isBundled = ({ source }: Shelved) => source.kind === 'bundled'
  const [bundled, cached] = [all.filter(isBundled), all.filter((manifest) => !isBundled(manifest))]
  const byId = new Map(all.map((manifest) => [manifest.id, manifest]))
  const known = catalogue.map((model) => catalogueEntry(model, shelf, memory, byId.get(model.id)))
  const isKnown = ({ id }: Shelved) => catalogue.some((model) => model.id === id)
  const own = (manifests: Shelved[]) =>
    Promise.all(manifests.filter((manifest) => !isKnown(manifest)).map((manifest) => ownEntry(manifest, memory)))
  return [...(await own(bundled)), ...(await Promise.all(known)), ...(await own(cached))]
}

async function catalogueEntry(
  model: CatalogueModel,
  shelf: ModelShelf,
  memory: number,
  manifest: Shelved | undefined,
): Promise<ModelEntry> {
  const { id, title, family, architecture, parameters, layers, width, context, licence, download, hub } = model
  return {
    ...{ id, title, family, architecture, parameters, layers, width, context, licence, download, hub },
    viaPip: model.pip !== undefined,
    note: model.note ?? null,
    memory: fits(parameters, memory),
    here: manifest ? await installed(manifest) : null,
    partialBytes: manifest ? 0 : await comeOf(id, shelf),
    activity: null,
  }
}

async function ownEntry(manifest: Shelved, memory: number): Promise<ModelEntry> {
  const { id, title, family, architecture, parameters, layers, width, context, licence } = manifest
  return {
    ...{ id, title, family, architecture, parameters, layers, width, context, licence },
    ...{ download: null, hub: null, viaPip: false, note: manifest.notes?.join(' ') ?? null },
    memory: fits(parameters, memory),
    here: await installed(manifest),
    partialBytes: 0,
    activity: null,
  }
}
