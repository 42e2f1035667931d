import { CheckpointError } from './errors'
import type { CheckpointFile } from './file'

/** A field of a protobuf message in a file: its content lies at bytes `begin` to `end`, its tag begins at `start`. */
export interface Field {
  number: number
  wire: number
  start: number
  begin: number
  end: number
}

const VARINT = 0
const FIXED64 = 1
const LENGTH = 2
const FIXED32 = 5
/** Bytes that are read at a time. */
const WIDTH = 1 << 16
/** Most bytes of a tag with a length behind it. */
const HEAD = 20

/**
 * The fields of the message at bytes `begin` to `end`, without reading their contents: so a file of gigabytes is gone
 * through by its tags.
 * @throws CheckpointError where the file is no protobuf message
 */
export async function* fieldsOf(window: Window, begin: number, end: number): AsyncGenerator<Field> {
  const { file } = window
  for (let at = begin; at < end;) {
    const head = await window.at(at, Math.min(HEAD, end - at))
    const fail = (got: string): never => {
      throw new CheckpointError(`${file.name}: expected a protobuf field at byte ${at}, got ${got}`)
    }
    const tag = varint(head, 0)
    if (!tag) return fail('no tag')
    const [number, wire] = [Math.floor(tag.value / 8), tag.value % 8]
    const size = wire === VARINT || wire === LENGTH ? varint(head, tag.length) : { value: 0, length: 0 }
    if (!size || number === 0) return fail(`tag ${tag.value}`)
    const bytes = { [VARINT]: 0, [FIXED64]: 8, [LENGTH]: size.value, [FIXED32]: 4 }[wire]
    if (bytes === undefined) return fail(`a field of wire type ${wire}`)
    const content = at + tag.length + size.length
    if (content + bytes > end) return fail(`one of ${bytes} bytes where ${end - content} are left`)
    yield { number, wire, start: at, begin: content, end: content + bytes }
    at = content + bytes
  }
}

/** A whole number in groups of 7 bits, lowest first; nothing when it does not end or is beyond what is exact. */
function varint(bytes: Uint8Array, at: number): { value: number; length: number } | undefined {
  let value = 0
  for (let i = 0; at + i < bytes.length && i < 10; i++) {
    value += (bytes[at + i]! & 127) * 2 ** (7 * i)
    if (bytes[at + i]! < 128) return Number.isSafeInteger(value) ? { value, length: i + 1 } : undefined
  }
  return undefined
}

/** Small reads of a file from one larger. */
export class Window {
  private bytes = new Uint8Array(0)
  private from = 0

  constructor(readonly file: CheckpointFile) {}

  /** The bytes of a field, tag and all. */
  field({ start, end }: Field): Promise<Uint8Array> {
    return end - start <= WIDTH ? this.at(start, end - start) : this.file.bytes(start, end - start)
  }

  async at(start: number, length: number): Promise<Uint8Array> {
    if (start < this.from || start + length > this.from + this.bytes.length) {
      this.bytes = await this.file.bytes(start, Math.min(WIDTH, this.file.size - start))
      this.from = start
    }
    return this.bytes.subarray(start - this.from, start - this.from + length)
  }
}
