import { readTask } from '../../data/datasets/read'
import { SPLITS } from '../../science/stages'
import { splitTask, TASKS } from '../../science/tasks'
import { taskFile } from './sources'
import { EXAMPLES, jsonFile, type StageRunner } from './stage'

/** Cuts a task into its splits: `examples.json`, a PreparedTask. */
export const data: StageRunner<'data'> = async (stage, context) => {
  const { config } = stage
  const rows = await readTask(await taskFile(context.job.tasks, config.task, config.source))
  await context.breathe()
  const prepared = splitTask(rows, config, config.classes ?? TASKS[config.task]?.classes)
  const counts = SPLITS.map((split) => [split, prepared.splits[split].length] as const)
  context.log('info', `${rows.length} examples: ${counts.map(([split, n]) => `${split} ${n}`).join(', ')}`)
  return { files: [jsonFile(EXAMPLES, prepared)], summary: { rows: rows.length, ...Object.fromEntries(counts) } }
}
