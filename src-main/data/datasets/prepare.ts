import type { DataConfig } from '../../science/stages'
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
import { readTask, type Shape } from './read'

/** Where the rows of a task or of a test set from elsewhere lie, by its id and the sha256 of its bytes. */
export type FileOf = (id: string, sha256: string) => string | Promise<string>

/**
 * The rows of a task, of which there are so many, to be split as a data stage says.
 * @throws Error as `readTask` and `splitTask`
 */
export async function readRows(
  config: DataConfig,
  fileOf: FileOf,
): Promise<{ rows: number; split: () => PreparedTask }> {
  const bundled = TASKS[config.task]
  const form = config.form ?? (bundled && formOf(bundled))
  if (form && form.kind !== 'classes') return toSplit(config, form, await filesOf(config, form, fileOf))
  const read = await filesOf(config, { kind: 'classes' }, fileOf)
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

async function filesOf<S extends Shape>(config: DataConfig, shape: S, fileOf: FileOf): Promise<Files<RowOf<S>>> {
  const read = async (id: string, sha256: string) => readTask(await fileOf(id, sha256), shape)
  const sets: Record<string, RowOf<S>[]> = {}
  for (const [id, sha256] of Object.entries(config.elsewhere ?? {})) sets[id] = await read(id, sha256)
  return { rows: await read(config.task, config.source), sets }
}
