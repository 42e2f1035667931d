import { createRng } from './maths/rng'
import type { OptimiserSpec } from './optimiser'

/**
 * Number of updates: floor(examples · epochs / batch), the last partial batch dropped as in openai/weak-to-strong
 * train.py; at least one.
 */
export function stepCount(examples: number, optimiser: Pick<OptimiserSpec, 'epochs' | 'batch'>): number {
  // The small addend undoes the rounding of products such as 0.1 * 3 * 10 that are whole in exact arithmetic.
  return Math.max(1, Math.floor((examples * optimiser.epochs) / optimiser.batch + 1e-9))
}

/** Learning rate of the update with 0-based index `step` of `steps`: `lr` at 0, and 0 at `steps` unless constant. */
export function lrAt(step: number, steps: number, optimiser: Pick<OptimiserSpec, 'lr' | 'schedule'>): number {
  const done = step / steps
  if (optimiser.schedule === 'cosine') return (optimiser.lr * (1 + Math.cos(Math.PI * done))) / 2
  return optimiser.schedule === 'linear' ? optimiser.lr * (1 - done) : optimiser.lr
}

/**
 * Steps after which every split is predicted, ascending, spread evenly; 0 (before the first update) and `steps` are
 * always among them. Fewer than `evaluations` where there are not as many steps.
 */
export function evaluationSteps(steps: number, evaluations: number): number[] {
  const points = Math.min(evaluations, steps + 1)
  return Array.from({ length: points }, (_, i) => Math.round((i * steps) / Math.max(1, points - 1)))
}

/** The order in which a training takes its rows: indices 0 to n − 1 shuffled by the seed, then again, without end. */
export function* shuffledForever(n: number, seed: number): Generator<number, never> {
  const rng = createRng(`order ${seed}`)
  const all = Array.from({ length: n }, (_, i) => i)
  while (true) yield* rng.shuffle(all)
}
