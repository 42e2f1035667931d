import type { ExperimentSpec } from './spec'
import type { Arm } from './stages'

/** What every run before there was a choice did. */
const BEFORE = { redraw: 'order', measure: 'test' } as const satisfies Partial<ExperimentSpec>

/**
 * A spec of an earlier version as it reads today. It is known by its optimiser, which named the roles: what it does not
 * say means what it meant then, not today's default. Anything else comes back as it is.
 */
export function fromEarlier(input: unknown): unknown {
  return isEarlier(input) ? { ...BEFORE, ...input } : input
}

function isEarlier(input: unknown): input is object {
  if (typeof input !== 'object' || input === null || !('optimiser' in input)) return false
  const { optimiser } = input
  return typeof optimiser === 'object' && optimiser !== null && ('weak' in optimiser || 'strong' in optimiser)
}

/** A stored spec, which was parsed when it was stored; see `fromEarlier`. */
export const storedSpec = (json: string) => fromEarlier(JSON.parse(json)) as ExperimentSpec

/** Stored arms: those of earlier versions were all measured on test rows. */
export const storedArms = (json: string) =>
  (JSON.parse(json) as Arm[]).map((arm): Arm => ({ ...arm, measure: arm.measure ?? BEFORE.measure }))
