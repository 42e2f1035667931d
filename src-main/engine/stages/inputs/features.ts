import { writeSafetensors } from '../../../data/checkpoints/safetensors'
import { standardise, standardiser } from '../../../science/maths/standardise'
import type { FeaturesModel } from '../../../science/models/model'
import { outputsOf } from '../../../science/tasks'
import { jsonFile, needTensors } from '../stage'
import { denseBatch, encodeSplits, type Input, type InputRequest } from './input'

/** The weights of a probe, and what it reads. */
export const PROBE_WEIGHTS = 'weights.safetensors'
export const PROBE_FEATURES = 'features.json'

/**
 * Frozen hidden states, standardised by the split that is trained on: their coordinates differ in scale by orders of
 * magnitude, and one learning rate has to do for all.
 */
export async function featuresInput(request: InputRequest, variant: FeaturesModel): Promise<Input> {
  const { config, task, context } = request
  const tensorOf = await needTensors(context, 'features', 'features.safetensors')
  const states = (split: string) => {
    const { shape, data } = tensorOf(split)
    return { rows: shape[0]!, cols: shape[1]!, data }
  }
  const scale = standardiser(states(config.trainOn))
  const net = variant.net(config.model, { width: scale.mean.length, classes: outputsOf(task.form) })
  const batches = await encodeSplits(request, (texts, split) => {
    const found = states(split)
    if (found.rows !== texts.length)
      throw new Error(`features of ${split}: expected ${texts.length} examples, got ${found.rows}`)
    return denseBatch(standardise(found, scale))
  })
  const features = { kind: 'hidden', ...variant.read(config.model), mean: [...scale.mean], scale: [...scale.scale] }
  return {
    net,
    weights: () => Promise.resolve([]),
    batches,
    files: (weights) =>
      Promise.resolve([
        { name: PROBE_WEIGHTS, bytes: writeSafetensors(weights) },
        jsonFile(PROBE_FEATURES, { features, net }),
      ]),
  }
}
