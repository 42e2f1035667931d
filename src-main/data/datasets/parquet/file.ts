import { readSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
} from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { FileError, openRegular } from '../../regular'
import { LIMITS } from '../limits'
import { DatasetError, refusal } from '../problem'
import { classNamesIn, plainValue, textIn } from './values'

type Values = Record<string, unknown>

/** An open Parquet file. */
export interface ParquetFile {
  /** Of the top level, in the order of the file. */
  columns: string[]
  rows: number
  /** What the numbers of a column stand for, where the file says so. */
  classNames: ReadonlyMap<string, readonly string[]>
  /**
   * The rows, one row group after another, none of them kept.
   * @param columns those to read; null for all
   * @param most rows to read
   * @throws DatasetError for what cannot be read, and for more than the limit unpacked
   */
  groups(columns: readonly string[] | null, most: number): AsyncGenerator<Values[]>
  close(): Promise<void>
}

/**
 * Opens a Parquet file and reads what it says of itself.
 * @param onRead is told how many bytes were read, each time
 * @throws DatasetError
 */
export async function openParquetFile(path: string, onRead: (bytes: number) => void): Promise<ParquetFile> {
  const name = basename(path)
  const { handle, size } = await opened(path)
  const file = bufferOf(handle, size, onRead)
  try {
    const metadata = await explained(name, () => parquetMetadataAsync(file))
    const columns = await explained(name, () => Promise.resolve(columnsOf(metadata, name)))
    const features = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value
    return {
      columns,
      rows: Number(metadata.num_rows),
      classNames: classNamesIn(features),
      groups: (wanted, most) => groupsOf({ name, file, metadata, columns: wanted ?? columns, most }),
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** The columns of the top level. @throws DatasetError for more than anybody means */
function columnsOf(metadata: FileMetaData, name: string): string[] {
  const root = parquetSchema(metadata)
  const columns = root.children.map(({ element }) => element.name)
  if (columns.length > LIMITS.columns) throw refusal('path', `at most ${LIMITS.columns} columns`, `${columns.length}`)
  const leaves = (node: typeof root): string[] =>
    node.children.length > 0 ? node.children.flatMap(leaves) : [node.path.join('.')]
  const expected = leaves(root).join('\n')
  // What reads the rows waits for the columns of the schema alone: of a failure in another one nobody would hear.
  const odd = metadata.row_groups.findIndex(
    (group) => group.columns.map((of) => of.meta_data?.path_in_schema.join('.') ?? '').join('\n') !== expected,
  )
  if (odd >= 0) throw unreadable(name, `row group ${odd + 1} has not the columns of the schema`)
  return columns
}

interface Reading {
  name: string
  file: AsyncBuffer
  metadata: FileMetaData
  columns: readonly string[]
  most: number
}

async function* groupsOf({ name, file, metadata, columns, most }: Reading): AsyncGenerator<Values[]> {
  let [start, unpacked] = [0, 0]
  for (const group of metadata.row_groups) {
    const end = Math.min(start + Number(group.num_rows), most)
    if (end <= start) return
    const wanted = group.columns.filter(({ meta_data: of }) => of && columns.includes(of.path_in_schema[0]!))
    unpacked += wanted.reduce((sum, { meta_data: of }) => sum + Number(of!.total_uncompressed_size), 0)
    if (unpacked > LIMITS.bytes)
      throw refusal('path', `at most ${LIMITS.bytes / 2 ** 20} MiB in the columns that are read`, `more in ${name}`)
    const [rowStart, rowEnd] = [start, end]
    const rows = await explained(name, () =>
      parquetReadObjects({ file, metadata, columns: [...columns], rowStart, rowEnd, ...HOW }),
    )
    yield rows.map((row) => plainValue(row) as Values)
    start = end
  }
}

/** What a page claims to be unpacked is what is made room for, and no more than a file may be. */
const GUARDED: Compressors = Object.fromEntries(
  Object.entries(compressors).map(([codec, unpack]) => [
    codec,
    (input: Uint8Array, length: number) => {
      if (length > LIMITS.bytes) throw new Error(`a page of ${length} bytes`)
      const bytes = unpack(input, length)
      if (bytes.length !== length) throw new Error(`a page of ${bytes.length} bytes instead of ${length}`)
      return bytes
    },
  ]),
)

const HOW = { compressors: GUARDED, utf8: false, parsers: { stringFromBytes: textIn } }

/** Whatever a reader of untrusted bytes stumbles over is a file that cannot be read. */
async function explained<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DatasetError) throw error
    throw unreadable(name, (error as Error).message)
  }
}

const unreadable = (name: string, why: string) => refusal('path', 'a Parquet file that can be read', `${name}: ${why}`)

async function opened(path: string): Promise<{ handle: FileHandle; size: number }> {
  return openRegular(path).catch((error: NodeJS.ErrnoException) => {
    const got = error instanceof FileError ? error.message.replace(/^.*, got /s, '') : (error.code ?? error.message)
    throw refusal('path', 'a file that can be read', `${basename(path)}: ${got}`)
  })
}

/**
 * Bytes of a file where they are asked for, at once: a promise that fails while another one is waited for would be one
 * that nobody listens to.
 */
function bufferOf({ fd }: FileHandle, size: number, onRead: (bytes: number) => void): AsyncBuffer {
  return {
    byteLength: size,
    slice(start, end = size) {
      const [from, to] = [start < 0 ? size + start : start, end < 0 ? size + end : end]
      if (!(from >= 0 && to >= from && to <= size)) throw new Error(`no bytes ${from} to ${to} of ${size}`)
      const bytes = new Uint8Array(to - from)
      const read = readSync(fd, bytes, 0, bytes.length, from)
      if (read < bytes.length) throw new Error('the file became shorter')
      onRead(read)
      return bytes.buffer
    },
  }
}
