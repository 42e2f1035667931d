import { createReadStream } from 'node:fs'
import { PassThrough, pipeline } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { createGunzip } from 'node:zlib'

/** Bytes of a piece: of the usual 16 kB there are so many that each being waited for is what takes the time. */
const PIECE = 256 * 1024

/**
 * The lines of a text file, packed (`.gz`) or not, some at a time: read in pieces, for all of it may be longer than a
 * string can be.
 */
export async function* packedLines(path: string): AsyncGenerator<string[]> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const piece of pieces(path)) {
    const lines = (rest + decoder.write(piece)).split('\n')
    rest = lines.pop()!
    yield lines
  }
  rest += decoder.end()
  if (rest !== '') yield [rest]
}

async function* pieces(path: string): AsyncGenerator<Buffer> {
  const raw = createReadStream(path, { highWaterMark: PIECE })
  const unpacked = path.endsWith('.gz') ? createGunzip({ chunkSize: PIECE }) : new PassThrough()
  // What goes wrong with the file ends the reading of what is unpacked, too.
  pipeline(raw, unpacked, () => undefined)
  yield* unpacked as AsyncIterable<Buffer>
}
