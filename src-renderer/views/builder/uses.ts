// What comes from Data and Models is put into the draft as it stands.
import { fieldsAt, listAt, withValue, type Fields } from '../../lib/draft'
import type { Catalog } from '../../lib/types'
import { isUse, type ModelUse } from '../../lib/uses'
import { climbing } from './chain'

/** A draft with something put in, and the field where that stands now. */
export interface Used {
  draft: unknown
  field: string
  /** What was done, for people. */
  done: string
}

/** What an address asks to be put in; null where it asks for nothing, or for nothing that is known. */
export function used(catalog: Catalog, draft: unknown, query: Readonly<Record<string, string>>): Used | null {
  const { task, checkpoint, as = '' } = query
  const dataset = catalog.tasks.find(({ id }) => id === task)
  if (dataset)
    return { draft: withValue(draft, 'tasks', [dataset.id]), field: 'tasks', done: `${dataset.title} is the task.` }
  const model = catalog.checkpoints.find(({ id }) => id === checkpoint)
  if (!model || !isUse(as)) return null
  return withModel(catalog, draft, model, as)
}

function withModel(
  catalog: Catalog,
  draft: unknown,
  { id, title }: Catalog['checkpoints'][number],
  as: ModelUse,
): Used {
  const finetuned = catalog.models.find(({ start }) => start === 'checkpoint')?.id ?? ''
  /** As much of a model in its place as holds for this one: how it reads, not how it is trained. */
  const like = (path: string): Fields => {
    const entry = fieldsAt(withValue(draft, `${path}.optimiser`, undefined), path)
    return { ...(entry['model'] === finetuned ? entry : { model: finetuned }), checkpoint: id }
  }
  if (as === 'rung') return { ...withRung(catalog, draft, like('strong[0]')), done: `${title} is the next rung.` }
  const list = as === 'supervisor' ? 'weak' : 'strong'
  const alone = withValue(withValue(draft, list, [like(`${list}[0]`)]), 'pairs', undefined)
  return { draft: alone, field: `${list}[0].checkpoint`, done: `${title} is the ${as}.` }
}

/** Puts a model at the end of the ladder of the first method that climbs one; where none does, of one that is added. */
function withRung(catalog: Catalog, draft: unknown, model: Fields): Pick<Used, 'draft' | 'field'> {
  const methods = listAt(draft, 'methods')
  const ladders = methods.map((_, i) => climbing(catalog, draft, i))
  const ladder = ladders.find(({ path }) => path !== '')
  if (ladder) {
    const path = `${ladder.path}[${ladder.models.length}]`
    return { draft: withValue(draft, path, model), field: `${path}.checkpoint` }
  }
  const climbs = catalog.methods.flatMap(({ id, params }) =>
    Object.entries(params).flatMap(([name, { type }]) => (type === 'models' ? [{ id, name }] : [])),
  )
  const { id, name } = climbs[0]!
  const at = `methods[${methods.length}]`
  return { draft: withValue(draft, at, { method: id, [name]: [model] }), field: `${at}.${name}[0].checkpoint` }
}
