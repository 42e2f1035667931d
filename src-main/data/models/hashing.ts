import { createHash } from 'node:crypto'
import { openRegular } from '../regular'

/**
 * sha256 (hex) of a regular file, read in pieces.
 * @param onBytes is told of every piece read
 */
export async function hashFile(file: string, onBytes?: (bytes: number) => void, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  const { handle } = await openRegular(file)
  const stream = handle.createReadStream({ highWaterMark: 1 << 20, signal })
  for await (const piece of stream as AsyncIterable<Buffer>) {
    hash.update(piece)
    onBytes?.(piece.length)
  }
  return hash.digest('hex')
}
