import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Calls, TaskInfo } from '../../src-preload/contract'
import { DatasetError, importDataset, listImported, previewDataset } from '../data/datasets'
import type { PlanContext } from '../science/feasible'
import { TASKS } from '../science/tasks'
import { badInput, LabError } from './errors'

/** The tasks that a spec may name: bundled ones, and those that the user imported. */
export interface Datasets {
  list(): TaskInfo[]
  /** What a plan needs to know of them. */
  context: () => Pick<PlanContext, 'sources' | 'bundled'>
  /** @throws LabError when the task is gone, or not the one that was planned with */
  path: (id: string, sha256: string) => string
  preview(query: Parameters<Calls['datasetPreview']>[0]): Promise<ReturnType<Calls['datasetPreview']>>
  import(request: Parameters<Calls['datasetImport']>[0]): Promise<TaskInfo>
  remove(id: string): Promise<void>
}

/** Reads what there is: the bundled tasks, and the imported ones in `<home>/datasets`. */
export async function openDatasets(home: string, resources: string): Promise<Datasets> {
  const folder = join(home, 'datasets')
  const bundled = Object.values(TASKS).map(({ testExamples: _, ...task }): TaskInfo => ({
    ...task,
    classes: [...task.classes],
    origin: 'bundled',
  }))
  let imported: TaskInfo[] = await listImported(folder)
  const list = () => [...bundled, ...imported]
  const fileOf = (task: TaskInfo) =>
    join(task.origin === 'bundled' ? join(resources, 'tasks') : folder, `${task.id}.jsonl.gz`)

  return {
    list,
    context: () => ({
      sources: Object.fromEntries(
        list().map(({ id, sha256, title, classes, examples }) => {
          const rows = { all: examples, test: TASKS[id]?.testExamples ?? null }
          return [id, { sha256, title, classes: classes.length, rows }]
        }),
      ),
      bundled: Object.fromEntries(bundled.map(({ id, sha256 }) => [id, sha256])),
    }),
    path(id, sha256) {
      const task = list().find((t) => t.id === id)
      if (!task || !existsSync(fileOf(task)))
        throw new LabError('not-found', `The dataset "${id}" is not there any more. Import it again, then resume.`)
      if (task.sha256 !== sha256)
        throw new LabError('conflict', `The dataset "${id}" is another one than this run was planned with.`)
      return fileOf(task)
    },
    preview: (query) => explained(previewDataset(query)),
    async import(request) {
      if (list().some((task) => task.id === request.id))
        throw new LabError(
          'conflict',
          `There is a task "${request.id}" already. Choose another id, or remove that one.`,
        )
      const task = await explained(importDataset(request, folder))
      imported = await listImported(folder)
      return task
    },
    async remove(id) {
      const task = imported.find((t) => t.id === id)
      if (!task) throw new LabError('not-found', `There is no imported dataset "${id}".`)
      // The description first: without it the rows are nothing that could be half a dataset.
      await rm(join(folder, `${id}.json`), { force: true })
      await rm(fileOf(task), { force: true })
      imported = await listImported(folder)
    },
  }
}

/** A dataset that cannot be taken is bad input, line by line; of the file as a whole no place needs naming. */
async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error
    const { message, problems } = badInput(error.problems)
    throw new LabError('bad-input', message.replace(/^path: e/gm, 'E'), problems)
  }
}
