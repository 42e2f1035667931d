import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/** Share of the groups that are never tested on, under no split seed: what settings may be chosen on. */
export const DEVELOPMENT_SHARE = 0.2

/**
 * Whether rows that must not be parted are development rows. Decided by a hash of their least name alone, their groups
 * or, where they have none, their texts: the same for every seed, size and order of the rows, and for one's own data as
 * for what is bundled.
 */
export function isDevelopment(names: readonly string[]): boolean {
  const least = names.reduce((a, b) => (b < a ? b : a))
  const { buffer, byteOffset } = sha256(utf8ToBytes(`development ${least}`))
  return new DataView(buffer, byteOffset).getUint32(0) / 2 ** 32 < DEVELOPMENT_SHARE
}
