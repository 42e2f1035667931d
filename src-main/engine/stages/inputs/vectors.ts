import { writeSafetensors } from '../../../data/checkpoints/safetensors'
import { createEncoder } from '../../../data/features'
import { parseVectors } from '../../../data/pretrain'
import type { VectorsModel } from '../../../science/models/model'
import type { NetSpec } from '../../../science/models/net'
import { outputsOf } from '../../../science/tasks'
import { poolEmbeddings } from '../../backends/batches'
import type { Batch } from '../../backends/learner'
import { jsonFile } from '../stage'
import { denseBatch, encodeSplits, type Input, type InputRequest } from './input'

/**
 * Tokens of the pretrained vectors. A net over frozen vectors is an MLP over their means: these are computed once for the
 * whole training instead of once a step, and the vectors stay out of the weights.
 */
export async function vectorsInput(request: InputRequest, variant: VectorsModel): Promise<Input> {
  const { config, task, context } = request
  const { vocabulary, embeddings } = parseVectors(
    await context.need('vectors', 'vectors.safetensors'),
    await context.need('vectors', 'vocabulary.json'),
  )
  const encode = createEncoder({ kind: 'vectors', words: vocabulary })
  const { rows, cols: width, data } = embeddings
  const bag = variant.net(config.model, { width, vocabulary: rows, classes: outputsOf(task.form) })
  const pooled = (batch: Batch) => ('dense' in batch ? batch : denseBatch(poolEmbeddings(batch, data, width)))
  const { tuneEmbeddings, hidden, classes } = bag
  const net: NetSpec = tuneEmbeddings ? bag : { kind: 'mlp', input: width, hidden, classes }
  return {
    net,
    weights: () => Promise.resolve(tuneEmbeddings ? [{ name: 'embeddings', shape: [rows, width], data }] : []),
    batches: await encodeSplits(request, (texts) => (tuneEmbeddings ? encode(texts) : pooled(encode(texts)))),
    // The words are those of need `vectors`.
    files: (weights) =>
      Promise.resolve([
        { name: 'weights.safetensors', bytes: writeSafetensors(weights) },
        jsonFile('features.json', { features: { kind: 'vectors' }, net }),
      ]),
  }
}
