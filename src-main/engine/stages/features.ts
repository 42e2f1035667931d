import { loadPretrained } from '../../data/checkpoints/open'
import { writeSafetensors } from '../../data/checkpoints/safetensors'
import { elsewhere, SPLITS, type Asked } from '../../science/stages'
import { examplesIn, textsOf } from '../../science/tasks'
import { zeros } from '../../science/maths/matrix'
import { piecesOf } from '../backends/batches'
import type { Learner, TokenBatch } from '../backends/learner'
import type { StageContext } from '../context'
import { NoNumbers } from '../failure'
import { createProgress, type Progress } from '../progress'
import { placeOf } from './inputs/checkpoint'
import { readingEncoder } from './inputs/reading'
import { needTask, type StageRunner } from './stage'

/**
 * The last hidden state of a frozen pretrained model, pooled as its head reads it: `features.safetensors`, per split and
 * per test set from elsewhere [n, width].
 */
export const features: StageRunner<'features'> = async (stage, context, backend) => {
  const { config } = stage
  const task = await needTask(context)
  const { spec, weights, tokenizer, context: longest } = await loadPretrained(await placeOf(context, config.checkpoint))
  const encode = readingEncoder(tokenizer, Math.min(config.tokens, longest), context)
  const asked: Asked[] = [...SPLITS, ...Object.keys(task.elsewhere ?? {}).map(elsewhere)]
  const batches = asked.map((split) => ({ split, batch: encode(textsOf(examplesIn(task, split)), split) }))
  const total = batches.reduce((sum, { batch }) => sum + batch.n, 0)
  const progress = createProgress(context, { total, unit: 'examples' })
  await context.breathe()
  // Nothing is trained: with the body frozen no gradients are held.
  const learner = await backend!.create(spec, { weights }, { trainBlocks: 0 })
  try {
    const tensors = []
    let done = 0
    for (const { split, batch } of batches) {
      const states = await hiddenStates(learner, batch, context, { progress, done })
      done += batch.n
      tensors.push({ name: split, shape: [states.rows, states.cols], data: states.data })
    }
    const bytes = writeSafetensors(tensors)
    return { files: [{ name: 'features.safetensors', bytes }], summary: { examples: total, width: spec.width } }
  } finally {
    learner.dispose()
  }
}

async function hiddenStates(
  learner: Learner,
  batch: TokenBatch,
  { breathe }: Pick<StageContext, 'breathe'>,
  { progress, done }: { progress: Progress; done: number },
) {
  const { net } = learner
  if (net.kind !== 'transformer') throw new Error(`features: expected a transformer, got a net of kind ${net.kind}`)
  const states = zeros(batch.n, net.width)
  let row = 0
  for (const piece of piecesOf(learner, batch)) {
    await breathe()
    const { data } = await learner.features(piece as TokenBatch, net.layers)
    if (!data.every(Number.isFinite)) throw new NoNumbers('The hidden states are not numbers')
    states.data.set(data, row * net.width)
    row += piece.n
    progress.report(done + row)
  }
  return states
}
