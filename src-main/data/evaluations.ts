import { PREDICTIONS, readPredictions, type Evaluations } from './predictions'
import { readTexts, TEXTS } from './texts'

/** The files that hold what a training said: one of them is in its artifact, by the kind of its answers. */
export const EVALUATIONS = [PREDICTIONS, TEXTS] as const

/**
 * What a training said, from either file.
 * @param file its name, for messages; its ending says which it is
 * @throws Error naming the file where it is none, see `readPredictions` and `readTexts`
 */
export function readEvaluations(bytes: Uint8Array, file: string): (split: string) => Evaluations {
  return file.endsWith('.json') ? readTexts(bytes, file) : readPredictions(bytes, file)
}
