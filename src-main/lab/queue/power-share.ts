import type { EngineEvent } from '../../engine/protocol'

/**
 * Facts of a stage, with its part of what its card takes: the power of the whole card, shared out evenly among our stages that are at
 * work there, so that the energies of stages can be summed.
 * @param atWork how many those are now, the stage among them
 */
export function withShares(events: readonly EngineEvent[], atWork: () => number): EngineEvent[] {
  return events.map((event) => {
    const power = event.type === 'use' ? event.readings.gpuPower : undefined
    if (event.type !== 'use' || power === undefined) return event
    return { ...event, readings: { ...event.readings, gpuPowerShare: power / Math.max(1, atWork()) } }
  })
}
