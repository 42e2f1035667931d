import { readTask, type Shape } from '../../data/datasets/read'
import { SPLITS, type DataConfig } from '../../science/stages'
import {
  formOf,
  splitTask,
  TASKS,
  unnamedClasses,
  withElsewhere,
  type Form,
  type PreparedTask,
  type RowOf,
} from '../../science/tasks'
import type { StageContext } from '../context'
import { taskFile } from './sources'
import { EXAMPLES, jsonFile, type StageRunner } from './stage'

/** Cuts a task into its splits: `examples.json`, a PreparedTask. */
export const data: StageRunner<'data'> = async (stage, context) => {
  const { config } = stage
  const { rows, split } = await readRows(config, context)
  await context.breathe()
  const prepared = split()
  const counts = [
    ...SPLITS.map((split) => [split, prepared.splits[split].length] as const),
    ...Object.entries(prepared.elsewhere ?? {}).map(([id, examples]) => [id, examples.length] as const),
  ]
  context.log('info', `${rows} examples: ${counts.map(([split, n]) => `${split} ${n}`).join(', ')}`)
  return { files: [jsonFile(EXAMPLES, prepared)], summary: { rows, ...Object.fromEntries(counts) } }
}

/** The rows of a task, of which there are so many, to be split as the stage says. */
async function readRows(
  config: DataConfig,
  context: StageContext,
): Promise<{ rows: number; split: () => PreparedTask }> {
  const bundled = TASKS[config.task]
  const form = config.form ?? (bundled && formOf(bundled))
  if (form && form.kind !== 'classes') return toSplit(config, form, await filesOf(config, form, context))
  const read = await filesOf(config, { kind: 'classes' }, context)
  const names = config.classes ?? form?.names
  // Stages of earlier versions do not say what the classes of an imported task are called.
  const classes = names ? ({ kind: 'classes', names } as const) : unnamedClasses(read.rows)
  return toSplit(config, classes, read)
}

/** The rows of the task, and those of its test sets from elsewhere. */
interface Files<R> {
  rows: R[]
  sets: Record<string, R[]>
}

function toSplit<F extends Form>(config: DataConfig, form: F, files: Files<RowOf<F>>) {
  const split = () => {
    const task = splitTask(files.rows, config, form)
    return config.elsewhere ? withElsewhere(task, files, config, form) : task
  }
  return { rows: files.rows.length, split }
}

async function filesOf<S extends Shape>(config: DataConfig, shape: S, { job }: StageContext): Promise<Files<RowOf<S>>> {
  const read = async (id: string, sha256: string) => readTask(await taskFile(job.tasks, id, sha256), shape)
  const sets: Record<string, RowOf<S>[]> = {}
  for (const [id, sha256] of Object.entries(config.elsewhere ?? {})) sets[id] = await read(id, sha256)
  return { rows: await read(config.task, config.source), sets }
}
