import { readTask } from '../../data/datasets/read'
import { pretrainingTexts, pretrainVectors, vectorFiles } from '../../data/pretrain'
import { createProgress, type Progress } from '../progress'
import { taskFile } from './sources'
import type { StageRunner } from './stage'

/** Word vectors from the corpora's train rows: `vectors.safetensors` and `vocabulary.json`. */
export const pretrain: StageRunner<'pretrain'> = async (stage, context) => {
  const { config } = stage
  const texts: string[] = []
  for (const [task, sha256] of Object.entries(config.corpora)) {
    const rows = await readTask(await taskFile(context.job.tasks, task, sha256), { kind: 'classes' })
    for (const text of pretrainingTexts(rows)) texts.push(text)
    await context.breathe()
  }
  context.log('info', `${texts.length} texts of ${Object.keys(config.corpora).join(', ')}`)
  let progress: Progress | undefined
  const vectors = await pretrainVectors(texts, config, async (done, total) => {
    progress ??= createProgress(context, { total, unit: 'parts' })
    progress.report(done)
    await context.breathe()
  })
  const { rows: words, cols: width } = vectors.embeddings
  return { files: vectorFiles(vectors), summary: { words, width, texts: texts.length } }
}
