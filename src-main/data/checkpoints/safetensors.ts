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
/** Limit of the reference implementation: a longer header is an attack or an accident. */
const MAX_HEADER = 100_000_000

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
  const entries: string[] = []
  if (Object.keys(metadata).length > 0) entries.push(`"__metadata__":${JSON.stringify(metadata)}`)
  const seen = new Set(['__metadata__'])
  let end = 0
  for (const { name, shape, data } of tensors) {
    if (seen.has(name)) throw new Error(`safetensors: expected every tensor name once, got "${name}" again`)
    seen.add(name)
    const size = shape.reduce((a, b) => a * b, 1)
    if (size !== data.length)
      throw new Error(
        `safetensors: tensor "${name}": expected ${size} values for [${shape.join(', ')}], got ${data.length}`,
      )
    const begin = end
    end += size * BYTES[dtype]
    entries.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`)
  }
  const header = new TextEncoder().encode(`{${entries.join(',')}}`)
  const padded = Math.ceil(header.length / 8) * 8
  const bytes = new Uint8Array(8 + padded + end)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true)
  bytes.fill(0x20, 8, 8 + padded)
  bytes.set(header, 8)
  let at = 8 + padded
  for (const { data } of tensors) {
    writeValues(bytes, at, data, dtype)
    at += data.length * BYTES[dtype]
  }
  return bytes
}

/**
 * The tensors in the order of their data.
 * @param file name for messages
 * @throws Error naming file, tensor, expectation and value when the file is truncated, its header or an offset lies,
 * tensors overlap or leave a hole, or a dtype is not F32 or F16
 */
export function readSafetensors(bytes: Uint8Array, file = 'safetensors'): NamedTensor[] {
  const { header, start } = readHeader(bytes, file)
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => parseEntry(value, name, `${file}: tensor ${JSON.stringify(name)}`))
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
  let expected = 0
  for (const { where, begin, end } of entries) {
    if (begin !== expected) throw new Error(`${where}: expected its data to begin at ${expected}, got ${begin}`)
    expected = end
  }
  if (start + expected !== bytes.length)
    throw new Error(`${file}: expected ${start + expected} bytes as the header says, got ${bytes.length}`)
  return entries.map(({ name, dtype, shape, begin, end, where }) => {
    if ((start + begin) % BYTES[dtype] !== 0)
      throw new Error(`${where}: expected its data at a multiple of ${BYTES[dtype]} bytes, got byte ${start + begin}`)
    return { name, shape, data: readValues(bytes.subarray(start + begin, start + end), dtype) }
  })
}

function readHeader(bytes: Uint8Array, file: string): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) throw new Error(`${file}: expected at least 8 bytes of header length, got ${bytes.length}`)
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true))
  if (length > MAX_HEADER || length > bytes.length - 8)
    throw new Error(
      `${file}: expected a header of at most ${Math.min(MAX_HEADER, bytes.length - 8)} bytes, got ${length}`,
    )
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)))
  } catch (error) {
    throw new Error(`${file}: expected a JSON header of ${length} bytes, got ${(error as Error).message}`, {
      cause: error,
    })
  }
  if (!isRecord(header)) throw new Error(`${file}: expected a JSON object as the header, got ${shown(header)}`)
  return { header, start: 8 + length }
}

interface Entry {
  name: string
  dtype: Dtype
  shape: number[]
  begin: number
  end: number
  where: string
}

function parseEntry(value: unknown, name: string, where: string): Entry {
  if (!isRecord(value)) throw new Error(`${where}: expected { dtype, shape, data_offsets }, got ${shown(value)}`)
  const { dtype, shape, data_offsets: offsets, ...rest } = value
  const unknown = Object.keys(rest)
  if (unknown.length > 0)
    throw new Error(`${where}: expected dtype, shape and data_offsets only, got ${shown(unknown)}`)
  if (dtype !== 'F32' && dtype !== 'F16') throw new Error(`${where}: expected dtype F32 or F16, got ${shown(dtype)}`)
  if (!isSizes(shape)) throw new Error(`${where}: expected a shape of whole numbers from 0, got ${shown(shape)}`)
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!)
    throw new Error(`${where}: expected data_offsets [begin, end], got ${shown(offsets)}`)
  const [begin, end] = offsets as [number, number]
  const size = shape.reduce((a, b) => a * b, 1) * BYTES[dtype]
  if (end - begin !== size)
    throw new Error(`${where}: expected ${size} bytes for ${dtype} [${shape.join(', ')}], got ${end - begin}`)
  return { name, dtype, shape, begin, end, where }
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

const pun = new DataView(new ArrayBuffer(4))

/** IEEE 754 binary16 of a single, rounded to nearest, ties to even. */
function halfOf(x: number): number {
  pun.setFloat32(0, x)
  const bits = pun.getUint32(0)
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00 // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00 // rounds to 65536 or more: infinity
  if (magnitude < 0x38800000) return sign | roundEven(Math.abs(x) * 2 ** 24) // subnormal: multiples of 2^-24
  return sign | ((magnitude + 0xfff + ((magnitude >>> 13) & 1) - 0x38000000) >>> 13)
}

function roundEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}

function floatOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
