import type { MemoryNeed } from './types'

const BYTES = 4
/** What the system and the rest of the app keep. */
const RESERVED = 1.5e9

/**
 * Whether a model fits. Weights, gradients and two moments are singles; activations and what holds them together are
 * taken as a third on top, as the engine states for batches of 32 short texts.
 * @param parameters of the model
 * @param memory bytes of the machine, or of its graphics card
 */
export function fits(parameters: number, memory: number): MemoryNeed {
  const predictBytes = Math.round(parameters * BYTES * 1.1)
  const trainBytes = Math.round(parameters * BYTES * 4 * 1.3)
  const free = memory - RESERVED
  return { predictBytes, trainBytes, predicts: predictBytes <= free, trains: trainBytes <= free, machineBytes: memory }
}
