import type { Stage } from '../../science/stages'
import type { PastUse, Store } from '../../store'
import { isForGpu, type Memory } from './memory'
import { onCards, pastReadings } from './readings'

/** Watts that a stage is expected to take of a card; null where it computes on none, or nothing is known of any. */
export type PowerEstimator = (stage: Stage, likeness: string) => number | null

/** By what was taken on average over past stages of the like; without such over all that there were. */
export function createPowerEstimator(store: Store, { gpu, cards }: Memory): PowerEstimator {
  // What stages on one card share is each one's part; earlier versions kept the whole alone.
  const shared = pastReadings(store, 'gpuPowerShare', cards)
  const past = shared.size > 0 ? shared : pastReadings(store, 'gpuPower', cards)
  const usual = meanOf(onCards([...past.values()].flat(), cards))
  return (stage, likeness) => (gpu && isForGpu(stage) ? (meanOf(past.get(likeness) ?? []) ?? usual) : null)
}

/** By time; null of none. */
function meanOf(readings: readonly PastUse[]): number | null {
  const seconds = readings.reduce((sum, one) => sum + one.seconds, 0)
  return seconds === 0 ? null : readings.reduce((sum, { mean, seconds }) => sum + mean * seconds, 0) / seconds
}
