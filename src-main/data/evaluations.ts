import type { Answers, Choices, Texts } from '../science/answers'
import { PREDICTIONS, readPredictions, writePredictions, type Evaluations } from './predictions'
import { readTexts, TEXTS, writeTexts } from './texts'

/** How what a training said is kept, by the kind of its answers. */
export interface AnswersFile<A extends Answers> {
  /** In its artifact. */
  name: string
  /** Of every split what was said at the last of the evaluations, at one at least. */
  write(steps: readonly number[], splits: ReadonlyMap<string, readonly A[]>): Uint8Array
  /** @param file its name, for messages; what is returned throws where a split was not asked about */
  read(bytes: Uint8Array, file: string): (split: string) => Evaluations<A>
}
export const CHOICES_FILE: AnswersFile<Choices> = { name: PREDICTIONS, write: writePredictions, read: readPredictions }
export const TEXTS_FILE: AnswersFile<Texts> = { name: TEXTS, write: writeTexts, read: readTexts }

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
