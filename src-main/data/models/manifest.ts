import { readdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { contentKey } from '../../science/maths/hash'
import { JSON_LIMITS, readJsonFile } from '../checkpoints/json'

export const MANIFEST = 'manifest.json'

const sourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bundled') }),
  z.strictObject({
    kind: z.literal('hub'),
    url: z.string(),
    repository: z.string(),
    revision: z.string(),
    pinned: z.boolean().default(false),
  }),
  z.strictObject({ kind: z.literal('pip'), packages: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('folder') }),
])
export const manifestSchema = z.strictObject({
  format: z.literal(1),
  key: z.string().regex(/^[0-9a-f]{64}$/),
  id: z.string().min(1),
  title: z.string(),
  family: z.string(),
  architecture: z.string(),
  parameters: z.number().int(),
  layers: z.number().int(),
  width: z.number().int(),
  context: z.number().int(),
  licence: z.string().nullable(),
  /** What lay beside its files and was not read, in words for people. */
  notes: z.array(z.string()).optional(),
  source: sourceSchema,
  /** Where the files are: nothing for those that lie beside the manifest. */
  place: z.string().nullable(),
  files: z.array(z.strictObject({ name: z.string(), bytes: z.number().int(), sha256: z.string() })),
  addedAt: z.number(),
})

/** What is known of a model that is here; written last, so that a folder with one is whole. */
export type ModelManifest = z.infer<typeof manifestSchema>
export type ModelFile = ModelManifest['files'][number]
/** One that lies in a folder. */
export interface Shelved extends ModelManifest {
  folder: string
}

/** Files that say something about a model and change nothing that it computes. */
const ABOUT = /^(README\.md|LICENSE.*|(?!(vocab|merges)\.txt$).*\.txt)$/i

/** The files that a model computes with. */
export function computingFiles(files: readonly ModelFile[]): ModelFile[] {
  return files.filter(({ name }) => !ABOUT.test(name))
}

/** The content of a model: equal for equal weights, config and tokenizer, wherever they came from. */
export function modelKey(files: readonly ModelFile[]): string {
  return contentKey(Object.fromEntries(computingFiles(files).map(({ name, sha256 }) => [name, sha256])))
}

/** Whole or not at all. */
export async function writeManifest(folder: string, manifest: ModelManifest): Promise<void> {
  const file = path.join(folder, MANIFEST)
  await writeFile(`${file}.new`, `${JSON.stringify(manifestSchema.parse(manifest), null, 2)}\n`)
  await rename(`${file}.new`, file)
}

/** @throws CheckpointError when there is none that can be read */
export function readManifest(file: string): Promise<ModelManifest> {
  return readJsonFile(file, JSON_LIMITS.config, manifestSchema)
}

/**
 * The manifests of a cache's models, oldest first. A folder without one, or with one that cannot be read, is none of
 * them: getting the model again puts it right.
 */
export async function readManifests(root: string): Promise<Shelved[]> {
  const names = await readdir(root).catch(() => [])
  const read = names
    .filter((name) => /^[0-9a-f]{64}$/.test(name))
    .map(async (name) => {
      const folder = path.join(root, name)
      const file = path.join(folder, MANIFEST)
      try {
        return [{ ...(await readManifest(file)), folder }]
      } catch {
        return []
      }
    })
  const manifests = (await Promise.all(read)).flat()
  return manifests.sort((a, b) => a.addedAt - b.addedAt || (a.id < b.id ? -1 : 1))
}
