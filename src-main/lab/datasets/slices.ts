import type { ArmRef, TaskInfo } from '../../../src-preload/contract'
import type { ExampleFilter } from '../../science/metrics/filter'
import type { Arm } from '../../science/stages'
import type { Store } from '../../store'
import { LabError } from '../errors'
import type { Shelf } from '../home/shelf'
import type { Results } from '../results'
import { dataSource } from '../results/inputs'
import { armIn } from '../results/pairs'
import type { Datasets } from '.'
import type { MadeSlice } from './importer'
import { formOf } from './rows'

interface Sources {
  store: Store
  shelf: Shelf
  datasets: Pick<Datasets, 'list' | 'path' | 'importSlice'>
  results: Pick<Results, 'examples'>
  /** Arms of a run, and what it is called. */
  runOf: (id: string) => { name: string; arms: Arm[] }
}

/** Makes a task of the examples of a seed that a filter leaves. */
export type MakeSlice = (asked: ArmRef & { name: string; filter: ExampleFilter }) => Promise<TaskInfo>

export const createSlices =
  ({ store, shelf, datasets, results, runOf }: Sources): MakeSlice =>
  async ({ name, filter, ...ref }) => {
    const run = runOf(ref.runId)
    const arm = armIn(run.arms, ref.armId)
    if (arm.measure !== 'test')
      throw new LabError(
        'bad-input',
        'These are development rows: a task that trained on the rest might train on test rows.',
      )
    const seed = arm.seeds.find((each) => each.seed === ref.seed)
    const task = datasets.list().find(({ id }) => id === arm.task)
    if (!seed || !task) throw new LabError('not-found', `The dataset "${arm.task}" is not there any more.`)
    const { rows, total } = await results.examples(() => run.arms, {
      ...{ ...ref, ...filter },
      ...{ sort: 'index', offset: 0, limit: Number.MAX_SAFE_INTEGER },
    })
    const { folder, config } = dataSource(store, shelf, seed)
    const parent = {
      id: task.id,
      sha256: config.source,
      path: datasets.path(task.id, config.source),
      form: formOf(task),
    }
    const told = { title: `${task.title}: ${name}`.slice(0, 120), question: task.question, licence: task.licence }
    const source = `The slice “${name}” of ${task.id}: ${total} test rows, as seed ${ref.seed} of “${arm.title}” in the run “${run.name}” has them.`
    const request: MadeSlice['request'] = { id: freeId(datasets.list(), task.id, name), ...told, source, parent }
    return datasets.importSlice({ request, data: folder, chosen: rows.map(({ index }) => index) })
  }

/** A name in specs that is not taken: the task's with the slice's, numbered where that is. */
function freeId(tasks: readonly TaskInfo[], task: string, name: string): string {
  const taken = new Set(tasks.map(({ id }) => id))
  const stem = `${task}-${name}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 55)
  for (let n = 1; ; n++) {
    const id = n === 1 ? stem : `${stem}-${n}`
    if (!taken.has(id)) return id
  }
}
