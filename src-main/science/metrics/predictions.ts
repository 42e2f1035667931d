/**
 * What the metrics of one seed are made from: stored probabilities, [examples, classes − 1] row-major, of the classes
 * 1 to classes − 1; for two classes simply the probability of class 1.
 */
export interface SeedPredictions {
  seed: number
  /** Ground truth of the test split. */
  truth: ArrayLike<number>
  /** Supervisor's test predictions at its last evaluation, from which its labels are made. */
  weak: Float32Array
  /** Ceiling's test predictions at its last evaluation. */
  ceiling: Float32Array
  /** Test predictions of models that are measured beside the ceiling, at their last evaluation, by name. */
  references?: Record<string, Float32Array>
  /** Passes over its training half that the student makes; its last evaluation stands after them. */
  epochs: number
  /** Steps of the student's evaluations, ascending. */
  steps: number[]
  /** Student's test predictions at every evaluation. */
  student: Float32Array[]
  /** Student's validation predictions at every evaluation, and the supervisor's: for the stop by weak labels. */
  studentValidation: Float32Array[]
  weakValidation: Float32Array
}

/** Probability of every class of one example, [classes]. */
export function distribution(probabilities: Float32Array, example: number, classes: number): number[] {
  const at = example * (classes - 1)
  const rest = Array.from(probabilities.subarray(at, at + classes - 1))
  return [1 - rest.reduce((sum, p) => sum + p, 0), ...rest]
}

/** The most probable class of every example; the first one on a tie. */
export function decide(probabilities: Float32Array, classes: number): Uint8Array {
  const out = new Uint8Array(probabilities.length / (classes - 1))
  for (let i = 0; i < out.length; i++) {
    // Two classes are the common case, and decisions are made in loops over evaluations.
    out[i] = classes === 2 ? Number(probabilities[i]! > 0.5) : likeliest(distribution(probabilities, i, classes))
  }
  return out
}

function likeliest(distribution: number[]): number {
  return distribution.indexOf(Math.max(...distribution))
}
