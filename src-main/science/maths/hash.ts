import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import canonicalize from 'canonicalize'

/**
 * sha256 (hex) of a value's canonical JSON (RFC 8785): equal for equal content, whatever the order of keys.
 * @throws Error when the value has no JSON form (NaN, infinity, undefined, a cycle)
 */
export function contentKey(value: unknown): string {
  const json = canonicalize(value)
  if (json === undefined) throw new Error('contentKey: the value has no JSON form')
  return bytesToHex(sha256(utf8ToBytes(json)))
}
