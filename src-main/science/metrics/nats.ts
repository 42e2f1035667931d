/**
 * The least that a probability counts: what single precision, in which answers are stored, cannot tell from 0 beside 1.
 * One example that a model calls impossible costs 16.6 nats, not all there are.
 */
const LEAST = 2 ** -24

/** −ln p; one that rounding has put above 1 is 1. */
export const nats = (p: number): number => -Math.log(Math.min(1, Math.max(LEAST, p)))
