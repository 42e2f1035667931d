import { readTask } from '../../data/datasets/read'
import { SPLITS, type DataConfig } from '../../science/stages'
import { formOf, splitTask, TASKS, unnamedClasses, type PreparedTask } from '../../science/tasks'
import { taskFile } from './sources'
import { EXAMPLES, jsonFile, type StageRunner } from './stage'

/** Cuts a task into its splits: `examples.json`, a PreparedTask. */
export const data: StageRunner<'data'> = async (stage, context) => {
  const { config } = stage
  const { rows, split } = await readRows(await taskFile(context.job.tasks, config.task, config.source), config)
  await context.breathe()
  const prepared = split()
  const counts = SPLITS.map((split) => [split, prepared.splits[split].length] as const)
  context.log('info', `${rows} examples: ${counts.map(([split, n]) => `${split} ${n}`).join(', ')}`)
  return { files: [jsonFile(EXAMPLES, prepared)], summary: { rows, ...Object.fromEntries(counts) } }
}

/** The rows of a task, of which there are so many, to be split as the stage says. */
async function readRows(file: string, config: DataConfig): Promise<{ rows: number; split: () => PreparedTask }> {
  const bundled = TASKS[config.task]
  const form = config.form ?? (bundled && formOf(bundled))
  if (form && form.kind !== 'classes') {
    const rows = await readTask(file, form)
    return { rows: rows.length, split: () => splitTask(rows, config, form) }
  }
  const rows = await readTask(file, { kind: 'classes' })
  const names = config.classes ?? form?.names
  // Stages of earlier versions do not say what the classes of an imported task are called.
  const classes = names ? ({ kind: 'classes', names } as const) : unnamedClasses(rows)
  return { rows: rows.length, split: () => splitTask(rows, config, classes) }
}
