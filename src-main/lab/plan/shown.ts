import { readingOf } from '../../science/plan/feasible'
import { mentions } from '../../science/spec/mentions'
import type { ExperimentSpec } from '../../science/spec/spec'
import type { Reader } from '../../data/datasets/shown'
import type { ShownTask } from '../../data/datasets/types'
import type { Datasets } from '../datasets'
import type { Importer } from '../datasets/importer'
import { LabError } from '../errors'
import type { Checkpoints } from './checkpoints'
import type { Planner } from './planner'

/** Milliseconds that the largest task does not nearly take. */
const DEADLINE = 60_000

interface Sources {
  planner: Pick<Planner, 'planned'>
  datasets: Pick<Datasets, 'path'>
  checkpoints: Pick<Checkpoints, 'known' | 'path'>
  importer: Importer
}

/** Shows a task as a planned run will have it, under the first seed. */
export type ShowTask = (query: { spec: unknown; task: string }) => Promise<ShownTask>

export const createShow = ({ planner, datasets, checkpoints, importer }: Sources): ShowTask => {
  /** The pretrained models of a spec, each once with the most tokens that it is given. */
  async function readersOf(spec: ExperimentSpec): Promise<Reader[]> {
    const known = (await checkpoints.known()).context
    const readers = new Map<string, Reader>()
    for (const { setting } of mentions(spec)) {
      const reading = readingOf(setting)
      if (!reading) continue
      const { checkpoint, tokens } = reading
      const model = known[checkpoint]
      if (!model?.key) continue
      const where = await checkpoints.path(model.key)
      readers.set(`${model.key}/${tokens}`, { title: model.title, where, tokens })
    }
    return [...readers.values()]
  }

  return async ({ spec: asked, task }) => {
    const { spec, plan } = await planner.planned(asked)
    for (const { kind, config } of plan.stages) {
      if (kind !== 'data' || config.task !== task || !('seeds' in spec)) continue
      const path = datasets.path(task, config.source)
      return importer.ask('show', { config, path, readers: await readersOf(spec) }, { deadline: DEADLINE })
    }
    throw new LabError('not-found', `The experiment has no task "${task}".`)
  }
}
