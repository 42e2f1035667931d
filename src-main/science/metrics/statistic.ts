import { mean } from '../maths/statistics'

/**
 * A number of a set of rows under weights: how often a resample drew each of them, [rows], or every one once (null). NaN
 * where these rows have none, e.g. no row of a class.
 */
export type Under = (weights: Float64Array | null) => number

/** A number that can be told of resamples: the share of the rows with a flag (1, else 0), or anything else. */
export type Statistic = Uint8Array | Under

/** The statistic of the rows as they are. */
export const valueOf = (statistic: Statistic): number =>
  typeof statistic === 'function' ? statistic(null) : mean(statistic)

/** The mean over rows of a number of each. */
export function meanOf(values: Float64Array): Under {
  return (weights) => {
    if (!weights) return mean(values)
    let [sum, among] = [0, 0]
    for (let i = 0; i < values.length; i++) {
      sum += weights[i]! * values[i]!
      among += weights[i]!
    }
    return sum / among
  }
}
