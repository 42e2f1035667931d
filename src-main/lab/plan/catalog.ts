import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Catalog, Preset, TaskInfo } from '../../../src-preload/contract'
import { BACKENDS_IN_ORDER } from '../../engine/backends/kinds'
import { describeCatalog } from '../../science/catalog'
import { checkpointsOf } from '../../science/plan/feasible'
import { parseSpec } from '../../science/spec/parse'
import { problemsOf } from '../../science/spec/problems'
import { badInput } from '../errors'

const presetSchema = z.strictObject({
  id: z.string().min(1),
  title: z.string().min(1),
  help: z.string().min(1),
  gpu: z.literal(true).optional(),
  spec: z.unknown(),
})

/** The presets that came with the app, in the order of their file names. @throws LabError naming what is wrong in one */
export async function readPresets(resources: string): Promise<Preset[]> {
  const folder = join(resources, 'presets')
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort()
  return Promise.all(
    names.map(async (name) => {
      const input = JSON.parse(await readFile(join(folder, name), 'utf8')) as unknown
      const parsed = presetSchema.safeParse(input)
      if (!parsed.success) throw badInput(problemsOf(parsed.error, input, presetSchema))
      const read = parseSpec(parsed.data.spec)
      if (!read.ok) throw badInput(read.problems)
      const { id, title, help, gpu = false } = parsed.data
      return { id, title, help, gpu, spec: read.spec, checkpoints: checkpointsOf(read.spec) }
    }),
  )
}

/** Everything that a spec may name. */
export function catalogOf(tasks: TaskInfo[], presets: Preset[], checkpoints: Catalog['checkpoints']): Catalog {
  return {
    ...describeCatalog(),
    tasks,
    checkpoints,
    presets,
    backends: [
      { id: 'auto', title: 'Best that works here' },
      ...BACKENDS_IN_ORDER.map(({ id, title }) => ({ id, title })),
    ],
  }
}
