import { CheckpointError } from './errors'
import { floatOf, halfOf } from './half'
import { JsonError, parseJson } from '../json'

/**
 * The safetensors format (github.com/huggingface/safetensors): 8 bytes little-endian header length, a JSON header of
 * dtype, shape and data offsets, then the tensors back to back. Reading is strict: a file that lies is refused.
 */

/** A tensor by name, row-major; single precision in memory whatever the file holds. */
export interface NamedTensor {
  name: string
  shape: number[]
  data: Float32Array
}

const BYTES = { F32: 4, F16: 2 } as const
export type Dtype = keyof typeof BYTES
/** Ten times the header of the largest models' files; the reference implementation draws its line at 100 MB. */
const MAX_HEADER = 32 << 20
/** Bytes before the header: its length. */
export const PREFIX = 8

/**
 * @param dtype F16 halves the file and keeps 11 significant bits; beyond ±65504 it is infinite
 * @param metadata free text, in the header's `__metadata__`
 * @throws Error naming the tensor whose shape does not fit its data, or that comes twice
 */
export function writeSafetensors(
  tensors: readonly NamedTensor[],
  dtype: Dtype = 'F32',
  metadata: Record<string, string> = {},
): Uint8Array<ArrayBuffer> {
  for (const { name, shape, data } of tensors)
    if (sizeOf(shape) !== data.length)
      throw new CheckpointError(
        `safetensors: tensor "${name}": expected ${sizeOf(shape)} values for [${shape.join(', ')}], got ${data.length}`,
      )
  const header = safetensorsHeader(tensors, dtype, metadata)
  const values = tensors.reduce((sum, { data }) => sum + data.length, 0)
  const bytes = new Uint8Array(header.length + values * BYTES[dtype])
  bytes.set(header)
  let at = header.length
  for (const { data } of tensors) {
    writeValues(bytes, at, data, dtype)
    at += data.length * BYTES[dtype]
  }
  return bytes
}

/**
 * What comes before the data of the tensors: prefix and padded header.
 * @throws CheckpointError naming a tensor that comes twice
 */
export function safetensorsHeader(
  tensors: readonly { name: string; shape: number[] }[],
  dtype: Dtype,
  metadata: Record<string, string>,
): Uint8Array<ArrayBuffer> {
  const entries: string[] = []
  if (Object.keys(metadata).length > 0) entries.push(`"__metadata__":${JSON.stringify(metadata)}`)
  const seen = new Set(['__metadata__'])
  let end = 0
  for (const { name, shape } of tensors) {
    if (seen.has(name)) throw new CheckpointError(`safetensors: expected every tensor name once, got "${name}" again`)
    seen.add(name)
    const begin = end
    end += sizeOf(shape) * BYTES[dtype]
    entries.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`)
  }
  const text = new TextEncoder().encode(`{${entries.join(',')}}`)
  const padded = Math.ceil(text.length / 8) * 8
  const bytes = new Uint8Array(PREFIX + padded).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true)
  bytes.set(text, PREFIX)
  return bytes
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)

/**
 * The tensors in the order of their data.
 * @param file name for messages
 * @throws Error naming file, tensor, expectation and value when the file is truncated, its header or an offset lies,
 * tensors overlap or leave a hole, or a dtype is not F32 or F16
 */
export function readSafetensors(bytes: Uint8Array, file = 'safetensors'): NamedTensor[] {
  const length = headerLength(bytes, bytes.length, file)
  const entries = parseHeader(bytes.subarray(PREFIX, PREFIX + length), bytes.length, file, BYTES)
  return entries.map(({ name, dtype, shape, begin, end }) => {
    const unit = BYTES[dtype]
    if (begin % unit !== 0)
      throw new CheckpointError(
        `${where(file, name)}: expected its data at a multiple of ${unit} bytes, got byte ${begin}`,
      )
    return { name, shape, data: readValues(bytes.subarray(begin, end), dtype) }
  })
}

/**
 * Length of the header in bytes, which follows the prefix.
 * @param prefix at least the first 8 bytes, where the file has them
 * @param size bytes of the whole file
 */
export function headerLength(prefix: Uint8Array, size: number, file: string): number {
  if (size < PREFIX) throw new CheckpointError(`${file}: expected at least 8 bytes of header length, got ${size}`)
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset, PREFIX).getBigUint64(0, true))
  const limit = Math.min(MAX_HEADER, size - PREFIX)
  if (length > limit) throw new CheckpointError(`${file}: expected a header of at most ${limit} bytes, got ${length}`)
  return length
}

/** Where a tensor lies: bytes `begin` to `end` of the file. */
export interface HeaderEntry<D extends string = string> {
  name: string
  dtype: D
  shape: number[]
  begin: number
  end: number
}

/**
 * The tensors of a header in the order of their data, which they fill without a hole to the end of the file.
 * @param size bytes of the whole file
 * @param dtypes those that may come, with their bytes a value
 * @throws CheckpointError naming file, tensor, expectation and value
 */
export function parseHeader<D extends string>(
  bytes: Uint8Array,
  size: number,
  file: string,
  dtypes: Record<D, number>,
): HeaderEntry<D>[] {
  const start = PREFIX + bytes.length
  const entries = Object.entries(readHeader(bytes, file))
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => parseEntry(value, name, where(file, name), dtypes))
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
  let expected = 0
  for (const { name, begin, end } of entries) {
    if (begin !== expected)
      throw new CheckpointError(`${where(file, name)}: expected its data to begin at ${expected}, got ${begin}`)
    expected = end
  }
  if (start + expected !== size)
    throw new CheckpointError(`${file}: expected ${start + expected} bytes as the header says, got ${size}`)
  return entries.map((entry) => ({ ...entry, begin: start + entry.begin, end: start + entry.end }))
}

const where = (file: string, tensor: string) => `${file}: tensor ${JSON.stringify(tensor)}`

function readHeader(bytes: Uint8Array, file: string): Record<string, unknown> {
  let header: unknown
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    header = parseJson(text)
  } catch (error) {
    const why = error instanceof JsonError ? error.message : `expected UTF-8, got ${(error as Error).message}`
    throw new CheckpointError(`${file}: header: ${why}`, { cause: error })
  }
  if (!isRecord(header))
    throw new CheckpointError(`${file}: expected a JSON object as the header, got ${shown(header)}`)
  return header
}

function parseEntry<D extends string>(
  value: unknown,
  name: string,
  where: string,
  dtypes: Record<D, number>,
): HeaderEntry<D> {
  const fail = (expected: string, got: unknown): never => {
    throw new CheckpointError(`${where}: expected ${expected}, got ${shown(got)}`)
  }
  if (!isRecord(value)) return fail('{ dtype, shape, data_offsets }', value)
  const { dtype, shape, data_offsets: offsets, ...rest } = value
  const unknown = Object.keys(rest)
  if (unknown.length > 0) fail('dtype, shape and data_offsets only', unknown)
  const isKnown = (d: unknown): d is D => typeof d === 'string' && Object.hasOwn(dtypes, d)
  if (!isKnown(dtype)) return fail(`dtype ${Object.keys(dtypes).join(' or ')}`, dtype)
  if (!isSizes(shape)) return fail('a shape of whole numbers from 0', shape)
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!)
    return fail('data_offsets [begin, end]', offsets)
  const [begin, end] = offsets as [number, number]
  const size = sizeOf(shape) * dtypes[dtype]
  if (end - begin !== size) fail(`${size} bytes for ${dtype} [${shape.join(', ')}]`, end - begin)
  return { name, dtype, shape, begin, end }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0)
const shown = (value: unknown): string => String(JSON.stringify(value)).slice(0, 100)

function writeValues(bytes: Uint8Array<ArrayBuffer>, at: number, data: Float32Array, dtype: Dtype): void {
  const view = new DataView(bytes.buffer, at)
  if (dtype === 'F32') data.forEach((x, i) => view.setFloat32(4 * i, x, true))
  else data.forEach((x, i) => view.setUint16(2 * i, halfOf(x), true))
}

function readValues(bytes: Uint8Array, dtype: Dtype): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const data = new Float32Array(bytes.byteLength / BYTES[dtype])
  for (let i = 0; i < data.length; i++)
    data[i] = dtype === 'F32' ? view.getFloat32(4 * i, true) : floatOf(view.getUint16(2 * i, true))
  return data
}
