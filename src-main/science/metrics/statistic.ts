import { mean } from '../maths/statistics'

/**
 * A number of a set of rows under weights: how often a resample drew each of them, [rows], or every one once (null). NaN
 * where these rows have none, e.g. no row of a class.
 */
export type Under = (weights: Float64Array | null) => number

/**
 * A number that can be told of resamples: the share of the rows with a flag (1, else 0), the mean over rows of a number
 * of each, or anything else.
 */
export type Statistic = Uint8Array | Float64Array | Under

/** The statistic of the rows as they are. */
export const valueOf = (statistic: Statistic): number =>
  typeof statistic === 'function' ? statistic(null) : mean(statistic)
