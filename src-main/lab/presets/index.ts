import { open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { makeFolder } from '../../data/folder'
import type { BrokenPreset, Preset } from '../../../src-preload/contract'
import { checkpointsOf } from '../../science/plan/feasible'
import { parseSpec } from '../../science/spec/parse'
import { problemsOf } from '../../science/spec/problems'
import type { Bus } from '../bus'
import { badInput, LabError } from '../errors'

/** Specs by name to begin with: those that came with the app, and those of this home. */
export interface Presets {
  list(): Preset[]
  /** Files of this home that are none, with what is wrong with them. */
  broken(): BrokenPreset[]
  /**
   * Keeps a spec under a title, in place of one of this home with its id.
   * @throws LabError `bad-input` of no spec; `conflict` with one that came with the app
   */
  save(preset: { title: string; spec: unknown }): Promise<{ id: string }>
  /** @throws LabError */
  remove(id: string): Promise<null>
}

const presetSchema = z.strictObject({
  id: z.string().min(1),
  title: z.string().min(1),
  help: z.string().min(1),
  gpu: z.literal(true).optional(),
  spec: z.unknown(),
})

/** Presets of the app, and those in `<home>/presets`, a file each. @throws LabError naming what is wrong in one of the app */
export async function openPresets(home: string, resources: string, bus: Bus): Promise<Presets> {
  const folder = join(home, 'presets')
  const { presets: bundled } = await readFolder(join(resources, 'presets'), 'bundled')
  let { presets: own, broken } = await readFolder(folder, 'own')
  function changed(id: string, next: Preset[]): void {
    broken = broken.filter((preset) => preset.id !== id)
    own = next.toSorted((a, b) => a.title.localeCompare(b.title))
    bus.publish([{ type: 'presets' }])
  }
  const others = (id: string) => own.filter((preset) => preset.id !== id)
  const find = (all: readonly Preset[], id: string) => all.find((preset) => preset.id === id)

  return {
    list: () => [...bundled, ...own],
    broken: () => broken,
    async save({ title, spec }) {
      const id = slugOf(title)
      if (id === '')
        throw badInput([{ path: 'title', expected: 'a title with a letter or a digit', got: `"${title}"` }])
      if (find(bundled, id))
        throw new LabError('conflict', `The preset "${id}" came with the app and stays as it is. Choose another name.`)
      const read = parseSpec(spec)
      if (!read.ok) throw badInput(read.problems)
      const help = read.spec.question || 'A preset of your own.'
      const preset = presetOf({ id, title: title.trim(), help, spec }, 'own')
      await write(folder, { id, title: preset.title, help, spec: preset.spec })
      changed(id, [...others(id), preset])
      return { id }
    },
    async remove(id) {
      if (find(bundled, id)) throw new LabError('conflict', `The preset "${id}" came with the app and stays.`)
      if (![...own, ...broken].some((preset) => preset.id === id))
        throw new LabError('not-found', `There is no preset "${id}".`)
      await rm(fileOf(folder, id), { force: true })
      changed(id, others(id))
      return null
    },
  }
}

/** The name of a preset in files and on the command line. */
const slugOf = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)

const fileOf = (folder: string, id: string) => join(folder, `${id}.json`)

/** The presets of a folder, in the order of their file names. One's own that are none any more are told apart, and stay. */
async function readFolder(folder: string, origin: Preset['origin']) {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort()
  const presets: Preset[] = []
  const broken: BrokenPreset[] = []
  for (const name of names) {
    try {
      presets.push(presetOf(JSON.parse(await readFile(join(folder, name), 'utf8')) as unknown, origin))
    } catch (error) {
      if (origin === 'bundled') throw error
      const reason = error instanceof Error ? error.message : String(error)
      broken.push({ id: name.replace(/\.json$/, ''), file: join(folder, name), reason })
    }
  }
  return { presets, broken }
}

/** @throws LabError naming what is wrong */
function presetOf(input: unknown, origin: Preset['origin']): Preset {
  const parsed = presetSchema.safeParse(input)
  if (!parsed.success) throw badInput(problemsOf(parsed.error, input, presetSchema))
  const read = parseSpec(parsed.data.spec)
  if (!read.ok) throw badInput(read.problems)
  const { id, title, help, gpu = false } = parsed.data
  return { id, title, help, gpu, origin, spec: read.spec, checkpoints: checkpointsOf(read.spec) }
}

/** The file is whole, or not there. */
async function write(folder: string, preset: Pick<Preset, 'id' | 'title' | 'help' | 'spec'>): Promise<void> {
  makeFolder(folder)
  const file = fileOf(folder, preset.id)
  const handle = await open(`${file}.new`, 'w')
  try {
    await handle.writeFile(`${JSON.stringify(preset, null, 2)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(`${file}.new`, file)
}
