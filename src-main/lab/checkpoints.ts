import type { Catalog, ModelEntry } from '../../src-preload/contract'
import type { PlanContext } from '../science/feasible'
import { LabError } from './errors'
import type { ModelDesk } from './models'

/** The pretrained models as plans and stages see them. */
export interface Checkpoints {
  context(): Promise<PlanContext['checkpoints']>
  /** Those that are on this machine, by content key. */
  here(): Promise<ReadonlyMap<string, ModelEntry>>
  /** What a spec may name. */
  choices(): Promise<Catalog['checkpoints']>
  /**
   * Where the model with this content lies.
   * @throws LabError when it was removed, or is a folder of the user's own whose files are not what they were
   */
  path: (key: string) => Promise<string>
}

export function createCheckpoints(models: Pick<ModelDesk, 'list' | 'check'>): Checkpoints {
  return {
    async here() {
      const here = (await models.list()).flatMap((model) => (model.here ? [[model.here.key, model] as const] : []))
      return new Map(here)
    },
    async context() {
      const known = (await models.list()).map(
        ({ id, title, layers, here }) => [id, { key: here?.key ?? null, title, layers }] as const,
      )
      return Object.fromEntries(known)
    },
    async choices() {
      return (await models.list()).map(({ id, title, family, parameters, memory, here }) => ({
        ...{ id, title, family, parameters },
        here: here !== null,
        trains: memory.trains,
      }))
    },
    async path(key) {
      const model = (await models.list()).find(({ here }) => here?.key === key)
      if (!model?.here)
        throw new LabError(
          'not-found',
          'The pretrained model of this stage is not here any more. Get it again, then resume.',
        )
      const { path, source } = model.here
      // What lies in the cache is ours; a folder of the user's own may have changed under its name.
      const [problem] = source.kind === 'folder' ? await models.check(model.id) : []
      if (problem)
        throw new LabError(
          'conflict',
          `${path} is not the model any more that this run was planned with (${problem.file}: ${problem.problem}). Put it back and resume, or add it again and run anew.`,
        )
      return path
    },
  }
}
