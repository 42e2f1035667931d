import path from 'node:path'
import { z } from 'zod'
import { refuse } from './errors'
import { CheckpointFile } from './file'
import { JSON_LIMITS, readJsonFile } from './json'
import { headerLength, parseHeader, PREFIX, type HeaderEntry } from './safetensors'
import { sizeOf, type SourceTensor, type TensorSource } from './source'

/** Every dtype that may stand in a header, with its bytes a value: buffers that nobody asks for may be of any. */
const BYTES = {
  ...{ F32: 4, F16: 2, BF16: 2, F64: 8, F8_E4M3: 1, F8_E5M2: 1 },
  ...{ I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1 },
}
type Dtype = keyof typeof BYTES
const READERS: Partial<Record<Dtype, 'singles' | 'halves' | 'brains'>> = {
  F32: 'singles',
  F16: 'halves',
  BF16: 'brains',
}

interface Place {
  file: CheckpointFile
  entry: HeaderEntry<Dtype>
}

/**
 * Opens one safetensors file; only its header is read.
 * @throws CheckpointError when header and file do not agree
 */
export async function openSafetensors(file: string): Promise<TensorSource> {
  return gather([await openFile(file)])
}

/** The name of a file beside the index: no folder, no way out of it. */
const shardName = z.string().regex(/^[^/\\\0]+\.safetensors$/, 'the name of a .safetensors file beside it')
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), shardName) })
/** Files that the weights may lie in; those of the largest models lie in a few hundred. */
const MAX_SHARDS = 1024

/**
 * Opens the files that an index (`model.safetensors.index.json`) names; they lie beside it.
 * @throws CheckpointError naming the file or tensor that index and files do not agree about
 */
export async function openShards(index: string): Promise<TensorSource> {
  const name = path.basename(index)
  const { map, shards } = await readIndex(index)
  const opened: Awaited<ReturnType<typeof openFile>>[] = []
  try {
    for (const shard of shards) opened.push(await openFile(path.join(path.dirname(index), shard)))
    const source = gather(opened)
    for (const [tensor, shard] of Object.entries(map)) {
      const got = source.tensors.get(tensor)?.file
      if (got !== shard) refuse(`${name}: tensor "${tensor}"`, `it in ${shard}`, got ? `it in ${got}` : 'it nowhere')
    }
    const unlisted = [...source.tensors].find(([tensor]) => !Object.hasOwn(map, tensor))
    if (unlisted) refuse(`${name}: tensor "${unlisted[0]}"`, 'every tensor listed', `it only in ${unlisted[1].file}`)
    return source
  } catch (error) {
    await Promise.all(opened.map(({ file }) => file.close()))
    throw error
  }
}

/**
 * Which tensor an index says to be in which file, and the names of these files.
 * @throws CheckpointError for a name that is none of a file beside it, and for too many
 */
export async function readIndex(index: string): Promise<{ map: Record<string, string>; shards: string[] }> {
  const { weight_map: map } = await readJsonFile(index, JSON_LIMITS.index, indexSchema)
  const shards = [...new Set(Object.values(map))]
  if (shards.length > MAX_SHARDS) refuse(path.basename(index), `at most ${MAX_SHARDS} files`, shards.length)
  return { map, shards }
}

async function openFile(where: string): Promise<{ file: CheckpointFile; entries: HeaderEntry<Dtype>[] }> {
  const file = await CheckpointFile.open(where)
  try {
    const prefix = await file.bytes(0, Math.min(PREFIX, file.size))
    const header = await file.bytes(PREFIX, headerLength(prefix, file.size, file.name))
    return { file, entries: parseHeader(header, file.size, file.name, BYTES) }
  } catch (error) {
    await file.close()
    throw error
  }
}

function gather(files: { file: CheckpointFile; entries: HeaderEntry<Dtype>[] }[]): TensorSource {
  const places = new Map<string, Place>()
  const tensors = new Map<string, SourceTensor>()
  for (const { file, entries } of files)
    for (const entry of entries) {
      const twin = places.get(entry.name)
      if (twin) refuse(`${file.name}: tensor "${entry.name}"`, 'it once', `it in ${twin.file.name} too`)
      places.set(entry.name, { file, entry })
      tensors.set(entry.name, { shape: entry.shape, dtype: entry.dtype, file: file.name })
    }
  return {
    tensors,
    readable: Object.keys(READERS),
    read: (name) => readPlace(name, places.get(name)),
    close: async () => void (await Promise.all(files.map(({ file }) => file.close()))),
  }
}

async function readPlace(name: string, place: Place | undefined): Promise<Float32Array> {
  const reader = place && READERS[place.entry.dtype]
  if (!reader) throw new Error(`tensor "${name}": expected one of the source that can be read, got another`)
  const { file, entry } = place
  return file[reader](entry.begin, sizeOf(entry.shape))
}
