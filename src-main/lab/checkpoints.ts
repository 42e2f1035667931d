import { stat } from 'node:fs/promises'
import type { Catalog } from '../../src-preload/contract'
import type { Models } from '../data/models'
import type { PlanContext } from '../science/plan'
import { LabError } from './errors'
import type { ModelSizes } from './estimates'

/** The pretrained models as plans and stages see them. */
export interface Checkpoints {
  context(): Promise<PlanContext['checkpoints']>
  sizes(): Promise<ModelSizes>
  /** What a spec may name. */
  choices(): Promise<Catalog['checkpoints']>
  /**
   * Where the model with this content lies.
   * @throws LabError when it was removed, or its files are newer than what is known of them
   */
  path: (key: string) => Promise<string>
}

export function createCheckpoints(models: Pick<Models, 'list'>): Checkpoints {
  return {
    async sizes() {
      const here = (await models.list()).flatMap((model) => (model.here ? [[model.here.key, model] as const] : []))
      return new Map(here)
    },
    async context() {
      const known = (await models.list()).map(({ id, title, here }) => [id, { key: here?.key ?? null, title }] as const)
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
      const { path } = model.here
      if (!(await stat(path).catch(() => null)))
        throw new LabError(
          'not-found',
          `${path}: expected the model ${model.id}, found nothing. Put it back, then resume.`,
        )
      return path
    },
  }
}
