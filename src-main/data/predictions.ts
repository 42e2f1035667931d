import { readSafetensors } from './checkpoints/safetensors'

/** Name of the file in the artifact of a training that holds all that it said. */
export const PREDICTIONS = 'predictions.safetensors'

/** What a model said of every example of a split, at each of the evaluations at which it was asked. */
export interface Evaluations {
  /** Ascending. */
  steps: number[]
  /** [examples, classes − 1] each, of the classes from 1 on. */
  probabilities: Float32Array[]
}

/**
 * Reads predictions: `steps` of all evaluations, and one tensor a split, [evaluations, examples, classes − 1]: of all of
 * them, or of the last ones.
 * @param file its name, for messages
 * @returns what was said of a split; that throws an Error naming the file when it was not asked about
 */
export function readPredictions(bytes: Uint8Array, file: string): (split: string) => Evaluations {
  const tensors = readSafetensors(bytes, file)
  const steps = Array.from(tensors.find((t) => t.name === 'steps')?.data ?? [])
  return (split) => {
    const found = tensors.find((t) => t.name === split && t.name !== 'steps')
    const [evaluations = 0] = found?.shape ?? []
    if (!found || evaluations === 0 || evaluations > steps.length)
      throw new Error(`${file}: expected predictions of the split "${split}" at 1 to ${steps.length} steps`)
    const size = found.data.length / evaluations
    return {
      steps: steps.slice(steps.length - evaluations),
      probabilities: Array.from({ length: evaluations }, (_, i) => found.data.subarray(i * size, (i + 1) * size)),
    }
  }
}
