import type { LookRequest } from '../../data/datasets/look'
import type { TaskInfo, TaskRows } from '../../data/datasets/types'
import type { Form } from '../../science/tasks'
import { LabError } from '../errors'
import type { Checkpoints } from '../plan/checkpoints'
import type { Datasets } from '.'
import type { Importer } from './importer'

/** Milliseconds that the largest task does not nearly take. */
const DEADLINE = 120_000

interface Sources {
  datasets: Pick<Datasets, 'list' | 'path'>
  checkpoints: Pick<Checkpoints, 'known' | 'path'>
  importer: Pick<Importer, 'ask'>
}

/** Looks through the rows of a task, outside of any run; `model` is '' where letters are counted. */
export type LookAtRows = (query: { task: string; model: string; turn: number }) => Promise<TaskRows>

export const createRows = ({ datasets, checkpoints, importer }: Sources): LookAtRows => {
  async function readerOf(id: string): Promise<LookRequest['reader']> {
    if (id === '') return null
    const model = (await checkpoints.known()).context[id]
    if (!model?.key) throw new LabError('not-found', `The model "${id}" is not here: get it first.`)
    return { title: model.title, where: await checkpoints.path(model.key) }
  }
  return async ({ task: id, model, turn }) => {
    const task = datasets.list().find((known) => known.id === id)
    if (!task) throw new LabError('not-found', `There is no task "${id}".`)
    const request = { task: id, form: formOf(task), path: datasets.path(id, task.sha256), turn }
    return importer.ask('look', { ...request, reader: await readerOf(model) }, { deadline: DEADLINE })
  }
}

/** The form of a task as its rows are read. */
export function formOf({ form, classes }: Pick<TaskInfo, 'form' | 'classes'>): Form {
  if (form === 'classes') return { kind: form, names: classes }
  return form === 'options' ? { kind: form, count: classes.length } : { kind: form }
}
