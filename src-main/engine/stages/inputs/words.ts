import { writeSafetensors } from '../../../data/checkpoints/safetensors'
import { createEncoder, frequentWords } from '../../../data/features'
import type { WordsModel } from '../../../science/models/model'
import { outputsOf, textsOf } from '../../../science/tasks'
import { jsonFile } from '../stage'
import { encodeSplits, type Input, type InputRequest } from './input'

/** Presence of the weak half's most frequent words; of a reference, which is nobody's student, of its own rows'. */
export async function wordsInput(request: InputRequest, variant: WordsModel): Promise<Input> {
  const { config, task } = request
  const known = config.role === 'reference' ? config.trainOn : 'weak'
  const words = frequentWords(textsOf(task.splits[known]), variant.words(config.model))
  const features = { kind: 'words', words } as const
  const net = variant.net(config.model, { width: words.length, classes: outputsOf(task.form) })
  return {
    net,
    weights: () => Promise.resolve([]),
    batches: await encodeSplits(request, createEncoder(features)),
    files: (weights) =>
      Promise.resolve([
        { name: 'weights.safetensors', bytes: writeSafetensors(weights) },
        jsonFile('features.json', { features, net }),
      ]),
  }
}
