import type { Catalog, ModelEntry, ModelSource } from '../../../src-preload/contract'
import { ARCHITECTURES } from '../../data/checkpoints/architectures'
import type { PlanContext } from '../../science/plan/context'
import { LabError } from '../errors'
import type { ModelDesk } from '../models'

/** The pretrained models as plans and stages see them. */
export interface Checkpoints {
  /** What plans are made and estimated with, from one look at the models. */
  known(): Promise<{
    context: PlanContext['checkpoints']
    here: ReadonlyMap<string, ModelEntry>
    /** Those that can be fetched, by a name that stands for their key. */
    absent: ReadonlyMap<string, ModelEntry>
    /** Ids of those that came with the app or can be fetched: no other model may have them. */
    taken: readonly string[]
  }>
  /** Those that are on this machine, by content key. */
  here(): Promise<ReadonlyMap<string, ModelEntry>>
  /** What a spec may name. */
  choices(): Promise<Catalog['checkpoints']>
  /**
   * Where the model with this content lies.
   * @throws LabError when it was removed, or its files are not what they were
   */
  path: (key: string) => Promise<string>
}

/** Architectures that have a language head. */
const WRITERS = new Set(ARCHITECTURES.filter(({ classes }) => classes.language !== null).map(({ id }) => id))

export function createCheckpoints(models: Pick<ModelDesk, 'list' | 'check'>): Checkpoints {
  async function known() {
    const all = await models.list()
    const here = all.flatMap((model) => (model.here && !model.here.gone ? [[model.here.key, model] as const] : []))
    const context = all.map(({ id, title, layers, parameters, architecture, here }) => {
      const there = here && !here.gone ? { key: here.key } : { key: null, ...(here && { gone: here.path }) }
      return [id, { ...there, title, layers, parameters, writes: WRITERS.has(architecture) }] as const
    })
    const taken = all.filter(({ here, download }) => download !== null || here?.source.kind === 'bundled')
    const absent = all.filter(({ here, download }) => here === null && download !== null)
    return {
      context: Object.fromEntries(context),
      here: new Map(here),
      absent: new Map(absent.map((model) => [`to be fetched: ${model.id}`, model])),
      taken: taken.map(({ id }) => id),
    }
  }
  return {
    known,
    here: async () => (await known()).here,
    async choices() {
      return (await models.list()).map(({ id, title, family, parameters, memory, here }) => ({
        ...{ id, title, family, parameters },
        here: here !== null && !here.gone,
        trains: memory.trains,
      }))
    },
    async path(key) {
      const troubles: string[] = []
      // One's own copy of a model that was fetched too has the same key: one of them that is whole will do.
      for (const { id, here } of await models.list()) {
        if (here?.key !== key) continue
        const [problem] = await models.check(id)
        if (!problem) return here.path
        troubles.push(
          `${here.path} is not the model any more that this run was planned with (${problem.file}: ${problem.problem}). ${remedy(id, here.source.kind)}`,
        )
      }
      if (troubles.length > 0) throw new LabError('conflict', troubles.join('\n'))
      throw new LabError(
        'not-found',
        'The pretrained model of this stage is not here any more. Get it again, then resume.',
      )
    },
  }
}

function remedy(id: string, source: ModelSource['kind']): string {
  if (source === 'bundled') return 'It came with the app: put it back and resume.'
  if (source === 'folder') return 'Put it back and resume, or add it again and run anew.'
  return `"models verify ${id}" says what differs; check it on the Models page and get it again there, or by "models get ${id}", then resume.`
}
