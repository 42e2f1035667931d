import type { SeedOutlook, SeedPast } from '../../lib/types'

/** What a past arm has in common with the planned one, for people. */
export const ALIKE: Record<SeedPast['alike'], string> = {
  arm: 'the same arm',
  models: 'the same supervisor and ceiling under another method',
  kinds: 'the same task and kinds of model, set otherwise',
}

/** An interval of this half width or more may hold both 0 and 1. */
export const UNDECIDED = 0.5

/** An outlook from a past that is known. */
export type Known = SeedOutlook & { past: SeedPast }
export const isKnown = (outlook: SeedOutlook): outlook is Known => outlook.past !== null

/** The arm that needs the most seeds: one without a gap apart, the widest interval. */
export function widest(known: readonly Known[]): Known | undefined {
  const width = ({ halfWidth, past }: Known) => halfWidth ?? (past.pgr === null ? -1 : past.sigma / past.gap)
  return known.toSorted((a, b) => width(b) - width(a))[0]
}
