import type { FileHandle } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { FileError, openRegular } from '../regular'
import { decoderOf, guessEncoding } from './encoding'
import { LIMITS } from './limits'
import { refusal } from './problem'
import type { Encoding } from './types'

/** Bytes read at once. */
const PIECE = 65_536

/** How far the reading of a file is, and whether to stop it. */
export interface Watch {
  signal?: AbortSignal | undefined
  /** @param read bytes of the file that were read so far */
  onRead?: ((read: number, total: number) => void) | undefined
}
export interface Source {
  /** Pieces of the text as UTF-8, unpacked, without a byte order mark. @throws DatasetError; AbortError */
  pieces: AsyncIterable<Buffer>
  /** Known with the first piece. */
  encoding(): Encoding
}

/** The file's name without the ending of its packing. */
export const unpackedName = (path: string): string => path.replace(/\.gz$/i, '')

/**
 * Opens a file as UTF-8 text.
 * @param wanted its encoding; not given: UTF-16 where a mark says so, else UTF-8
 */
export function openSource(path: string, wanted: Encoding | undefined, watch: Watch = {}): Source {
  let encoding = wanted ?? 'utf-8'
  async function* pieces(): AsyncGenerator<Buffer> {
    let decode: ((bytes: Buffer, last: boolean) => Buffer) | null = null
    for await (const { bytes, last } of withLast(rawPieces(path, watch))) {
      if (!decode) {
        const guess = guessEncoding(bytes)
        if (wanted === undefined && guess?.marked) encoding = guess.encoding
        else if (guess && guess.encoding !== wanted)
          throw refusal('path', 'UTF-8 text', `${basename(path)}, which looks like ${titleOf(guess.encoding)}`)
        decode = decoderOf(encoding, basename(path))
      }
      yield decode(bytes, last)
    }
  }
  return { pieces: pieces(), encoding: () => encoding }
}

export function titleOf(encoding: Encoding): string {
  return { 'utf-8': 'UTF-8', 'windows-1252': 'Windows-1252', 'utf-16le': 'UTF-16', 'utf-16be': 'UTF-16 (big-endian)' }[
    encoding
  ]
}

async function* rawPieces(path: string, { signal, onRead }: Watch): AsyncGenerator<Buffer> {
  const { handle, size } = await opened(path)
  let unpacked = 0
  try {
    const raw = handle.createReadStream({ highWaterMark: PIECE, autoClose: false })
    const read = () => onRead?.(raw.bytesRead, size)
    for await (const piece of (isPacked(path) ? unpack(raw) : raw) as AsyncIterable<Buffer>) {
      signal?.throwIfAborted()
      unpacked += piece.length
      if (unpacked > LIMITS.bytes) throw tooLarge('more, unpacked')
      read()
      yield piece
    }
  } catch (error) {
    if (String((error as NodeJS.ErrnoException).code).startsWith('Z_'))
      throw refusal('path', 'a file that gzip can unpack', `${basename(path)}: ${(error as Error).message}`)
    throw error
  } finally {
    await handle.close()
  }
}

const isPacked = (path: string) => extname(path).toLowerCase() === '.gz'

function unpack(raw: Readable): Readable {
  const unpacked = createGunzip({ chunkSize: PIECE })
  raw.on('error', (error) => unpacked.destroy(error))
  return raw.pipe(unpacked)
}

async function opened(path: string): Promise<{ handle: FileHandle; size: number }> {
  const { handle, size } = await openRegular(path).catch((error: NodeJS.ErrnoException) => {
    const got = error instanceof FileError ? error.message.replace(/^.*, got /s, '') : (error.code ?? error.message)
    throw refusal('path', 'a file that can be read', `${basename(path)}: ${got}`)
  })
  if (size <= LIMITS.bytes) return { handle, size }
  await handle.close()
  throw tooLarge(`${(size / 2 ** 20).toFixed(1)} MiB`)
}

const tooLarge = (got: string) => refusal('path', `a file of at most ${LIMITS.bytes / 2 ** 20} MiB`, got)

/** Each piece with whether it is the last one; an empty file has none but an empty last one. */
async function* withLast(pieces: AsyncIterable<Buffer>): AsyncGenerator<{ bytes: Buffer; last: boolean }> {
  let held: Buffer | null = null
  for await (const bytes of pieces) {
    if (held) yield { bytes: held, last: false }
    held = bytes
  }
  yield { bytes: held ?? Buffer.alloc(0), last: true }
}
