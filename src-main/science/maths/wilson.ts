import { studentQuantile } from './statistics'

/** A share with its interval. */
export interface Share {
  of: number
  share: number
  low: number
  high: number
}

/** Degrees of freedom at which Student's t stands for the normal distribution: wider by a thousandth or so. */
const NORMAL = 1000

/**
 * Wilson's interval of a share of `n` rows (Wilson 1927, doi 10.1080/01621459.1927.10502953).
 * @param error that it does not hold the share, both sides together
 */
export function wilson(share: number, n: number, error = 0.05): Share {
  const z2 = studentQuantile(error, NORMAL) ** 2
  const middle = (share + z2 / (2 * n)) / (1 + z2 / n)
  const half = Math.sqrt((z2 * share * (1 - share)) / n + z2 ** 2 / (4 * n ** 2)) / (1 + z2 / n)
  return { of: n, share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}
