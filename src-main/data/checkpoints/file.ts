import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { FileError, openRegular } from '../regular'
import { CheckpointError } from './errors'
import { halfTable } from './half'

/** Bytes that are converted at a time: what reading holds beyond the tensor itself. */
const PIECE = 4 << 20
/** One call of the system reads less than 2 GiB. */
const LONGEST_READ = 1 << 30

/** A file that tensors are read from, piece by piece; it is never in memory as a whole. */
export class CheckpointFile {
  private constructor(
    /** Its name, for messages. */
    readonly name: string,
    readonly size: number,
    private readonly handle: FileHandle,
  ) {}

  /** @throws CheckpointError when there is no such file, or it is none: a folder, a named pipe */
  static async open(file: string): Promise<CheckpointFile> {
    try {
      const { handle, size } = await openRegular(file)
      return new CheckpointFile(path.basename(file), size, handle)
    } catch (cause) {
      if (cause instanceof FileError) throw new CheckpointError(cause.message, { cause })
      throw new CheckpointError(`${file}: expected a file that can be read, got ${(cause as Error).message}`, { cause })
    }
  }

  close(): Promise<void> {
    return this.handle.close()
  }

  /** Fills `bytes` from byte `at` of the file. @throws CheckpointError when the file ends before */
  async fill(bytes: Uint8Array, at: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await this.handle.read(bytes, done, Math.min(bytes.length - done, LONGEST_READ), at + done)
      if (bytesRead === 0)
        throw new CheckpointError(`${this.name}: expected ${bytes.length} bytes at ${at}, got ${done}: it ends there`)
      done += bytesRead
    }
  }

  /** A copy of `length` bytes from byte `at`. */
  async bytes(at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (at + length > this.size)
      throw new CheckpointError(
        `${this.name}: expected ${length} bytes at ${at}, got ${Math.max(0, this.size - at)}: it ends there`,
      )
    const bytes = new Uint8Array(length)
    await this.fill(bytes, at)
    return bytes
  }

  /** Little-endian singles straight into the array that is returned: every machine that we run on is little-endian. */
  async singles(at: number, count: number): Promise<Float32Array> {
    const out = new Float32Array(count)
    await this.fill(new Uint8Array(out.buffer), at)
    return out
  }

  async halves(at: number, count: number): Promise<Float32Array> {
    const table = halfTable()
    return this.converted(at, count, { bytes: 2, values: 1 }, (piece, out) => {
      const halves = new Uint16Array(piece.buffer, piece.byteOffset, out.length)
      for (let i = 0; i < out.length; i++) out[i] = table[halves[i]!]!
    })
  }

  /** bfloat16: the upper half of a single. */
  async brains(at: number, count: number): Promise<Float32Array> {
    return this.converted(at, count, { bytes: 2, values: 1 }, (piece, out) => {
      const halves = new Uint16Array(piece.buffer, piece.byteOffset, out.length)
      const bits = new Uint32Array(out.buffer, out.byteOffset, out.length)
      for (let i = 0; i < out.length; i++) bits[i] = halves[i]! << 16
    })
  }

  /**
   * Reads `count` values that lie in blocks, a few megabytes at a time.
   * @param convert gets the bytes of whole blocks and fills the values of as many
   */
  async converted(
    at: number,
    count: number,
    block: { bytes: number; values: number },
    convert: (piece: Uint8Array<ArrayBuffer>, out: Float32Array) => void,
  ): Promise<Float32Array> {
    const out = new Float32Array(count)
    const blocks = count / block.values
    const most = Math.floor(PIECE / block.bytes)
    const buffer = new Uint8Array(Math.min(blocks, most) * block.bytes)
    for (let done = 0; done < blocks; done += most) {
      const here = Math.min(most, blocks - done)
      const piece = buffer.subarray(0, here * block.bytes)
      await this.fill(piece, at + done * block.bytes)
      convert(piece, out.subarray(done * block.values, (done + here) * block.values))
    }
    return out
  }
}
