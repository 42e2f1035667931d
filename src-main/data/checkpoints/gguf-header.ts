import { refuse } from './errors'
import type { CheckpointFile } from './file'

/** A tensor as the header tells of it: sides contiguous first, as ggml has them; `offset` counts from the data's start. */
export interface GgufTensor {
  name: string
  sides: number[]
  type: number
  offset: number
}

/** What stands before the tensors' values. */
export interface GgufHeader {
  values: ReadonlyMap<string, unknown>
  tensors: GgufTensor[]
  /** Where the values begin in the file. */
  start: number
}

/** Bytes that a header may have: the vocabularies of today's largest models take a tenth of it. */
const MAX_HEADER = 128 << 20
/** Entries that a list may have: more than any vocabulary or its merges. */
const MAX_LIST = 1 << 22
const MAX_SIDES = 4
/** Bytes that are looked at first. */
const FIRST = 1 << 20

/**
 * Reads the header of a GGUF file (github.com/ggml-org/ggml, docs/gguf.md), versions 1 to 3. Nothing is believed before
 * the file is known to have it: what is held is never more than what has been read.
 * @throws CheckpointError naming file, key or tensor, expectation and value
 */
export async function readGgufHeader(file: CheckpointFile): Promise<GgufHeader> {
  for (let length = Math.min(FIRST, file.size); ;) {
    try {
      return parseHeader(new Reader(Buffer.from((await file.bytes(0, length)).buffer), file))
    } catch (error) {
      if (!(error instanceof Short)) throw error
      if (error.needed > MAX_HEADER) refuse(file.name, `a header of at most ${MAX_HEADER} bytes`, error.needed)
      length = Math.min(file.size, MAX_HEADER, Math.max(error.needed, 4 * length))
    }
  }
}

/** The part that was read ends too early: the file goes on. */
class Short extends Error {
  constructor(readonly needed: number) {
    super()
  }
}

function parseHeader(reader: Reader): GgufHeader {
  const { file } = reader
  const magic = reader.raw(4).toString('latin1')
  if (magic !== 'GGUF') refuse(file.name, 'a GGUF file, which begins with "GGUF"', JSON.stringify(magic))
  const version = reader.uint32()
  if ((version & 0xffff) === 0 && version > 0) refuse(file.name, 'a little-endian GGUF file', 'a big-endian one')
  if (version < 1 || version > 3) refuse(file.name, 'GGUF version 1, 2 or 3', version)
  reader.isFirst = version === 1
  const tensorCount = reader.length('the number of tensors')
  const valueCount = reader.length('the number of keys')
  const values = new Map<string, unknown>()
  for (let i = 0; i < valueCount; i++) {
    const key = reader.text(`key ${i}`)
    if (values.has(key)) refuse(`${file.name}: ${key}`, 'this key once', 'it twice')
    values.set(key, reader.value(reader.uint32(), key))
  }
  const tensors = Array.from(upTo(tensorCount), (i) => readTensor(reader, i))
  const alignment = values.get('general.alignment') ?? 32
  if (!(typeof alignment === 'number' && Number.isInteger(Math.log2(alignment)) && alignment <= 1 << 20))
    return refuse(`${file.name}: general.alignment`, 'a power of two up to 1048576', alignment)
  return { values, tensors, start: Math.ceil(reader.at / alignment) * alignment }
}

function* upTo(count: number): Generator<number> {
  for (let i = 0; i < count; i++) yield i
}

function readTensor(reader: Reader, index: number): GgufTensor {
  const name = reader.text(`the name of tensor ${index}`)
  const where = `tensor "${name}"`
  const count = reader.uint32()
  if (count > MAX_SIDES) refuse(`${reader.file.name}: ${where}`, `at most ${MAX_SIDES} sides`, count)
  const sides = Array.from({ length: count }, () => reader.length(`${where}, a side`))
  return { name, sides, type: reader.uint32(), offset: reader.uint64(`${where}, its offset`) }
}

/** Bytes of the values of fixed width, by their type's number. */
const WIDTHS: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 }
const TEXT = 8
const LIST = 9

class Reader {
  at = 0
  /** Of the first version lengths have 32 bits. */
  isFirst = false

  constructor(
    private readonly bytes: Buffer,
    readonly file: CheckpointFile,
  ) {}

  /** The next bytes, as a view. */
  raw(length: number): Buffer {
    const end = this.at + length
    if (end > this.file.size)
      refuse(this.file.name, `a GGUF header of at least ${end} bytes`, `a file of ${this.file.size}`)
    if (end > this.bytes.length) throw new Short(end)
    const view = this.bytes.subarray(this.at, end)
    this.at = end
    return view
  }

  uint32(): number {
    return this.raw(4).readUInt32LE()
  }

  /** @throws CheckpointError for one that is not exact as a number: no file is that long */
  uint64(what: string): number {
    const value = Number(this.raw(8).readBigUInt64LE())
    return Number.isSafeInteger(value) ? value : refuse(`${this.file.name}: ${what}`, 'less than 2^53', value)
  }

  length(what: string): number {
    return this.isFirst ? this.uint32() : this.uint64(what)
  }

  text(what: string): string {
    const bytes = this.raw(this.length(`${what}, its length`))
    const text = bytes.toString('utf8')
    if (text.includes('\ufffd') && !Buffer.from(text).equals(bytes))
      refuse(`${this.file.name}: ${what}`, 'a text in UTF-8', 'bytes that are none')
    return text
  }

  value(type: number, key: string): unknown {
    if (type === TEXT) return this.text(key)
    if (type === LIST) return this.list(key)
    const width = WIDTHS[type] ?? refuse(`${this.file.name}: ${key}`, 'a value of a type from 0 to 12', `type ${type}`)
    return valueAt(this.raw(width), 0, type)
  }

  private list(key: string): unknown[] {
    const type = this.uint32()
    const length = this.length(`${key}, its length`)
    const where = `${this.file.name}: ${key}`
    if (length > MAX_LIST) refuse(where, `at most ${MAX_LIST} entries`, length)
    if (type === TEXT) return Array.from(upTo(length), () => this.text(key))
    const width = WIDTHS[type] ?? refuse(where, 'a list of texts or numbers', `values of type ${type}`)
    const bytes = this.raw(length * width)
    return Array.from({ length }, (_, i) => valueAt(bytes, i * width, type))
  }
}

/** The value of fixed width at a place; whole numbers of 64 bits are numbers where they are exact. */
function valueAt(bytes: Buffer, at: number, type: number): number | bigint | boolean {
  switch (type) {
    case 0:
      return bytes.readUInt8(at)
    case 1:
      return bytes.readInt8(at)
    case 2:
      return bytes.readUInt16LE(at)
    case 3:
      return bytes.readInt16LE(at)
    case 4:
      return bytes.readUInt32LE(at)
    case 5:
      return bytes.readInt32LE(at)
    case 6:
      return bytes.readFloatLE(at)
    case 7:
      return bytes.readUInt8(at) !== 0
    case 12:
      return bytes.readDoubleLE(at)
    default: {
      const value = type === 10 ? bytes.readBigUInt64LE(at) : bytes.readBigInt64LE(at)
      return Number.isSafeInteger(Number(value)) ? Number(value) : value
    }
  }
}
