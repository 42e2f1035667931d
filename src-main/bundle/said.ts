import { readEvaluations } from '../data/evaluations'
import { readLabels } from '../data/labels'
import type { Evaluations } from '../data/predictions'
import { readTexts } from '../data/texts'
import type { Decision } from '../science/answers'
import { argmax } from '../science/maths/matrix'
import { LABELLED } from '../science/stages'
import { LARGEST_TENSORS, type BundleFiles } from './limits'

/** The file of a stage in a folder of the bundle: JSON of texts, safetensors of choices. */
function fileOf(folder: string, key: string, { has }: BundleFiles): string {
  const texts = `${folder}/${key}.json`
  return has(texts) ? texts : `${folder}/${key}.safetensors`
}

/** What a training said at its evaluations. @throws Error when its file is missing or is none of ours */
export async function evaluationsOf(key: string, files: BundleFiles): Promise<(split: string) => Evaluations> {
  const file = fileOf('evaluations', key, files)
  return readEvaluations(await files.read(file, LARGEST_TENSORS), file)
}

/** A supervisor's decisions on every split that it labelled. @throws Error when the file is missing or is none of ours */
export async function weakDecisions(key: string, files: BundleFiles): Promise<Map<string, ArrayLike<Decision>>> {
  const file = fileOf('labels', key, files)
  const bytes = await files.read(file, LARGEST_TENSORS)
  if (file.endsWith('.json')) {
    const saidOf = readTexts(bytes, file)
    return new Map(LABELLED.map((split) => [split, saidOf(split).answers.at(-1)!.texts]))
  }
  const labelsOf = readLabels(bytes, file)
  return new Map(LABELLED.map((split) => [split, argmax(labelsOf(split).targets)]))
}
