// What the scripts that make bundled data have in common.
import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { runnerImport } from 'vite'

/** A path of the clone. */
export const at = (path) => resolve(import.meta.dirname, '../..', path)
/** A module of the app. */
export const load = async (path) => (await runnerImport(at(path), { configFile: false, logLevel: 'error' })).module

/** gzip without a time stamp and without the name of the system in its header. */
export function compress(text) {
  const bytes = gzipSync(text, { level: 9, memLevel: 9 })
  bytes[9] = 255
  return bytes
}

export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}
