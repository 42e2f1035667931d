import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { listImported } from '../../data/datasets'
import type { ClassCounts, DatasetPreview, DatasetQuery, ImportRequest, TaskInfo } from '../../data/datasets/types'
import type { PlanContext, Source } from '../../science/plan/context'
import { ELSEWHERE, formOf, namesIn, TASKS, type RowCounts } from '../../science/tasks'
import type { Bus } from '../bus'
import { LabError } from '../errors'
import type { Task } from '../threads/thread'
import type { Importer, MadeSlice } from './importer'

/** The tasks that a spec may name: bundled ones, and those that the user imported. */
export interface Datasets {
  list(): TaskInfo[]
  /** What a plan needs to know of them. */
  context: () => Pick<PlanContext, 'sources' | 'bundled'>
  /** @throws LabError when the task is gone, or not the one that was planned with */
  path: (id: string, sha256: string) => string
  /** Reads a file through; a later one ends it. @throws LabError `conflict` when it was ended */
  preview(query: DatasetQuery): Promise<DatasetPreview>
  import(request: ImportRequest): Promise<TaskInfo>
  /** Makes a task of one's own of test rows of a run. @throws LabError */
  importSlice(slice: MadeSlice): Promise<TaskInfo>
  /** Reads a file for others, by the rules of these calls. */
  read: <T>(path: string, work: (task: Task & { deadline: number }) => Promise<T>) => Promise<T>
  /** Ends the reading that is under way. */
  cancel(): null
  remove(id: string): Promise<null>
  /** Ends the reading that is under way, and the thread that does it. */
  close(): Promise<void>
}

/** Milliseconds that a file of the largest size does not nearly take to be read. */
const DEADLINE = 300_000

/** Reads what there is: the bundled tasks, and the imported ones in `<home>/datasets`. */
export async function openDatasets(home: string, resources: string, importer: Importer, bus: Bus): Promise<Datasets> {
  const folder = join(home, 'datasets')
  let imported: TaskInfo[] = await listImported(folder)
  const list = () => [...BUNDLED, ...imported]
  const fileOf = (task: Pick<TaskInfo, 'id' | 'origin'>) =>
    join(task.origin === 'bundled' ? join(resources, 'tasks') : folder, `${task.id}.jsonl.gz`)
  async function changed(): Promise<void> {
    imported = await listImported(folder)
    bus.publish([{ type: 'datasets' }])
  }
  const reading = createReading(bus)
  async function added(path: string, work: Parameters<typeof reading.begin<TaskInfo>>[1]): Promise<TaskInfo> {
    const task = await reading.begin(path, work)
    await changed()
    return task
  }

  return {
    list,
    context: () => contextOf(list()),
    path(id, sha256) {
      const known = [...list(), ...bundledSets()].filter((t) => t.id === id)
      // One's own may have the name of a set that came with the app.
      const task = known.find((t) => t.sha256 === sha256) ?? known[0]
      if (!task || !existsSync(fileOf(task)))
        throw new LabError('not-found', `The dataset "${id}" is not there any more. Import it again, then resume.`)
      if (task.sha256 !== sha256)
        throw new LabError('conflict', `The dataset "${id}" is another one than this run was planned with.`)
      return fileOf(task)
    },
    preview: (query) => reading.begin(query.path, (task) => importer.ask('preview', query, task)),
    async import(request) {
      if (list().some((task) => task.id === request.id))
        throw new LabError(
          'conflict',
          `There is a task "${request.id}" already. Choose another id, or remove that one.`,
        )
      return added(request.path, (how) => importer.ask('import', { request, folder }, how))
    },
    importSlice: (slice) => added(slice.request.parent.path, (how) => importer.ask('slice', { slice, folder }, how)),
    read: (path, work) => reading.begin(path, work),
    cancel() {
      reading.stop()
      return null
    },
    async close() {
      reading.stop()
      await importer.close()
    },
    async remove(id) {
      const task = imported.find((t) => t.id === id)
      if (!task) throw new LabError('not-found', `There is no imported dataset "${id}".`)
      // The description first: without it the rows are nothing that could be half a dataset.
      await rm(join(folder, `${id}.json`), { force: true })
      await rm(fileOf(task), { force: true })
      await changed()
      return null
    },
  }
}

const BUNDLED = Object.values(TASKS).map((task): TaskInfo => {
  const form = formOf(task)
  const { id, title, question, examples, lengthAlone, licence, source, sha256 } = task
  const elsewhere = task.elsewhere?.map(({ id, title, examples, licence, source, sha256 }) => ({
    ...{ id, title, examples, licence, source, sha256 },
  }))
  const told = {
    id,
    title,
    question,
    form: form.kind,
    classes: namesIn(form),
    examples,
    ...(elsewhere && { elsewhere }),
  }
  return { ...told, rows: null, lengthAlone, licence, source, provenance: null, origin: 'bundled', sha256 }
})

/** The test sets from elsewhere that came with bundled tasks. */
const bundledSets = (): Pick<TaskInfo, 'id' | 'origin' | 'sha256'>[] =>
  Object.values(ELSEWHERE).map(({ id, sha256 }) => ({ id, sha256, origin: 'bundled' }))

/** One file is read at a time, told on the bus: nobody waits for the answer about another one. */
function createReading(bus: Bus) {
  let current: AbortController | null = null
  return {
    async begin<T>(path: string, work: (task: Task & { deadline: number }) => Promise<T>): Promise<T> {
      current?.abort()
      const stop = (current = new AbortController())
      const onProgress: Task['onProgress'] = (progress) => bus.publish([{ type: 'dataset', path, ...progress }])
      try {
        return await work({ signal: stop.signal, onProgress, deadline: DEADLINE })
      } catch (error) {
        throw stop.signal.aborted ? new LabError('conflict', 'Reading the file was stopped.') : error
      } finally {
        if (current === stop) current = null
      }
    },
    stop: () => current?.abort(),
  }
}

function contextOf(tasks: readonly TaskInfo[]): Pick<PlanContext, 'sources' | 'bundled'> {
  const sources = tasks.map((task) => {
    const { id, sha256, title, question, classes, examples, rows: counts } = task
    const rows = counts ? usable(counts, task.form) : { all: examples, test: TASKS[id]?.testExamples ?? null }
    const { elsewhere = [] } = task
    const sets = Object.fromEntries(elsewhere.map((set) => [set.id, set.sha256]))
    const told = { ...toldForm(task), rows, ...(elsewhere.length > 0 && { elsewhere: sets }) }
    return [id, { sha256, title, question, classes: classes.length, ...told, ...gradedOf(task) }] as const
  })
  return {
    sources: Object.fromEntries(sources),
    bundled: Object.fromEntries(BUNDLED.map(({ id, sha256 }) => [id, sha256])),
  }
}

/** Whether the rows of a task say how difficult they are, where that is known before they are read. */
function gradedOf({ id, origin, form }: TaskInfo): Pick<Source, 'graded'> {
  if (origin === 'imported') return form === 'text' ? {} : { graded: false }
  return { graded: TASKS[id]?.graded === true }
}

/** What a plan is told of the form of a task: of bundled classes it needs no more than their number. */
function toldForm({ origin, form, classes }: TaskInfo): Pick<Source, 'names' | 'form'> {
  if (form === 'classes') return origin === 'imported' ? { names: classes } : {}
  return { form: form === 'options' ? { kind: form, count: classes.length } : { kind: form } }
}

/** Rows that a split can use: as many of every class as of the scarcest; of options all, whose places are dealt. */
function usable({ train, test }: ClassCounts, form: TaskInfo['form']): RowCounts {
  const all = (counts: number[]) => counts.reduce((sum, n) => sum + n, 0)
  const balanced = (counts: number[]) => (form === 'options' ? all(counts) : counts.length * Math.min(...counts))
  const tested = test ? balanced(test) : 0
  return { all: balanced(train) + tested, test: tested }
}
