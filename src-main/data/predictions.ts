import { choices, count, type Answers, type Choices } from '../science/answers'
import { readSafetensors, writeSafetensors } from './checkpoints/safetensors'

/** Name of the file in the artifact of a training that holds all that it said. */
export const PREDICTIONS = 'predictions.safetensors'

/** What a model said of every example of a split, at each of the evaluations at which it was asked. */
export interface Evaluations<A extends Answers = Answers> {
  /** Ascending. */
  steps: number[]
  answers: A[]
}

/**
 * Predictions as a file: `steps` of all evaluations, and one tensor a split, [evaluations, examples, options − 1], the
 * evaluations being the last ones of `steps`.
 */
export function writePredictions(
  steps: readonly number[],
  splits: ReadonlyMap<string, readonly Choices[]>,
): Uint8Array<ArrayBuffer> {
  const tensors = [...splits].map(([name, said]) => ({
    name,
    shape: [said.length, count(said[0]!), said[0]!.options - 1],
    data: joined(said.map(({ probabilities }) => probabilities)),
  }))
  return writeSafetensors([{ name: 'steps', shape: [steps.length], data: Float32Array.from(steps) }, ...tensors])
}

/**
 * Reads what `writePredictions` wrote.
 * @param file its name, for messages
 * @returns what was said of a split; that throws an Error naming the file when it was not asked about
 */
export function readPredictions(bytes: Uint8Array, file: string): (split: string) => Evaluations<Choices> {
  const tensors = readSafetensors(bytes, file)
  const steps = Array.from(tensors.find((t) => t.name === 'steps')?.data ?? [])
  return (split) => {
    const found = tensors.find((t) => t.name === split && t.name !== 'steps')
    const [evaluations = 0, , columns] = found?.shape ?? []
    if (!found || columns === undefined || evaluations === 0 || evaluations > steps.length)
      throw new Error(`${file}: expected predictions of the split "${split}" at 1 to ${steps.length} steps`)
    const size = found.data.length / evaluations
    return {
      steps: steps.slice(steps.length - evaluations),
      answers: Array.from({ length: evaluations }, (_, i) =>
        choices(columns + 1, found.data.subarray(i * size, (i + 1) * size)),
      ),
    }
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
