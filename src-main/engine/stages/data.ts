import { readRows } from '../../data/datasets/prepare'
import { SPLITS } from '../../science/stages'
import { taskFile } from './sources'
import { EXAMPLES, jsonFile, type StageRunner } from './stage'

/** Cuts a task into its splits: `examples.json`, a PreparedTask. */
export const data: StageRunner<'data'> = async (stage, context) => {
  const { config } = stage
  const { rows, split } = await readRows(config, (id, sha256) => taskFile(context.job.tasks, id, sha256))
  await context.breathe()
  const prepared = split()
  const counts = [
    ...SPLITS.map((split) => [split, prepared.splits[split].length] as const),
    ...Object.entries(prepared.elsewhere ?? {}).map(([id, examples]) => [id, examples.length] as const),
  ]
  context.log('info', `${rows} examples: ${counts.map(([split, n]) => `${split} ${n}`).join(', ')}`)
  return { files: [jsonFile(EXAMPLES, prepared)], summary: { rows, ...Object.fromEntries(counts) } }
}
