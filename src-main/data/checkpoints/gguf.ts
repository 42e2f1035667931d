import { BLOCK_TYPES, typeName } from './blocks'
import { refuse } from './errors'
import { CheckpointFile } from './file'
import { readGgufHeader, type GgufHeader } from './gguf-header'
import { sizeOf, type SourceTensor, type TensorSource } from './source'

/** ggml's numbers of the types that are not quantised. */
const F32 = 0
const F16 = 1
const BF16 = 30
const READABLE = ['F32', 'F16', 'BF16', ...Object.values(BLOCK_TYPES).map((type) => type.name)]

/** What a size in the metadata may be at most. */
const MAX_SIZE = 1e8

interface Layout {
  name: string
  bytes: number
  values: number
}

/** The block layout of a ggml type, if it is one that is read. */
function layoutOf(type: number): Layout | undefined {
  if (type === F32) return { name: 'F32', bytes: 4, values: 1 }
  if (type === F16 || type === BF16) return { name: type === F16 ? 'F16' : 'BF16', bytes: 2, values: 1 }
  return BLOCK_TYPES[type]
}

interface Place {
  type: number
  layout: Layout
  shape: number[]
  begin: number
  end: number
}

/** A GGUF file: its tensors and what it says about them. */
export interface GgufSource extends TensorSource {
  metadata: Metadata
}

/**
 * Opens a GGUF file (versions 1 to 3, little-endian); only its header is read. Sides come in ggml's order in the file,
 * contiguous first, and are turned round to be row-major.
 * @throws CheckpointError naming file, tensor, expectation and value when the header lies or the file is cut
 */
export async function openGguf(path: string): Promise<GgufSource> {
  const file = await CheckpointFile.open(path)
  try {
    const header = await readGgufHeader(file)
    const places = placesOf(header, file)
    const tensors = new Map<string, SourceTensor>()
    for (const [name, { shape, layout }] of places) tensors.set(name, { shape, dtype: layout.name, file: file.name })
    return {
      metadata: new Metadata(Object.fromEntries(header.values), file.name),
      tensors,
      readable: READABLE,
      read: (name) => readPlace(file, name, places.get(name)),
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

function placesOf({ tensors, start }: GgufHeader, file: CheckpointFile): Map<string, Place> {
  const places = new Map<string, Place>()
  for (const { name, sides, type, offset } of tensors) {
    const where = `${file.name}: tensor "${name}"`
    if (places.has(name)) refuse(where, 'it once', 'it twice')
    const layout = layoutOf(type) ?? refuse(where, `a type of ${READABLE.join(', ')}`, typeName(type))
    const shape = sides.toReversed()
    const row = shape.at(-1) ?? 1
    if (row % layout.values !== 0) refuse(where, `rows of a multiple of ${layout.values} for ${layout.name}`, row)
    const begin = start + offset
    const end = begin + (sizeOf(shape) / layout.values) * layout.bytes
    if (!(end <= file.size)) refuse(where, `its data at bytes ${begin} to ${end}`, `a file of ${file.size} bytes`)
    places.set(name, { type, layout, shape, begin, end })
  }
  const ordered = [...places].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)
  ordered.slice(1).forEach(([name, { begin }], i) => {
    const [before, { end }] = ordered[i]!
    if (begin < end) refuse(`${file.name}: tensor "${name}"`, `its data after that of "${before}", at ${end}`, begin)
  })
  return places
}

async function readPlace(file: CheckpointFile, name: string, place: Place | undefined): Promise<Float32Array> {
  if (!place) throw new Error(`tensor "${name}": expected one of the source, got another`)
  const { type, shape, begin } = place
  const count = sizeOf(shape)
  if (type === F32) return file.singles(begin, count)
  if (type === F16) return file.halves(begin, count)
  if (type === BF16) return file.brains(begin, count)
  const block = BLOCK_TYPES[type]!
  return file.converted(begin, count, block, (piece, out) => block.decode(piece, out))
}

/** What a GGUF file says, each value asked for with its type. */
export class Metadata {
  constructor(
    private readonly values: object,
    /** The file's name, for messages. */
    readonly file: string,
  ) {}

  /** The value of a key as it is, `undefined` when there is none. */
  get(key: string): unknown {
    return Object.hasOwn(this.values, key) ? (this.values as Record<string, unknown>)[key] : undefined
  }

  text(key: string): string {
    const value = this.get(key)
    return typeof value === 'string' ? value : refuse(`${this.file}: ${key}`, 'a text', value)
  }

  /** @param fallback for a key that may be missing */
  number(key: string, fallback?: number): number {
    const value = this.get(key) ?? fallback
    const number = typeof value === 'bigint' ? Number(value) : value
    return typeof number === 'number' && Number.isFinite(number)
      ? number
      : refuse(`${this.file}: ${key}`, 'a number', number)
  }

  /** A size: a whole number from 1, no larger than any model's: a lying one must not be reckoned with. */
  size(key: string, fallback?: number, most = MAX_SIZE): number {
    const value = this.number(key, fallback)
    if (Number.isInteger(value) && value >= 1 && value <= most) return value
    return refuse(`${this.file}: ${key}`, `a whole number from 1 to ${most}`, value)
  }

  /** Every key, in the file's order. */
  keys(): string[] {
    return Object.keys(this.values)
  }

  texts(key: string): string[] {
    return this.list(key, (v): v is string => typeof v === 'string', 'texts')
  }

  numbers(key: string): number[] {
    return this.list(key, (v): v is number => typeof v === 'number', 'numbers')
  }

  private list<T>(key: string, is: (value: unknown) => value is T, what: string): T[] {
    const value = this.get(key)
    return Array.isArray(value) && value.every(is) ? value : refuse(`${this.file}: ${key}`, `a list of ${what}`, value)
  }
}
