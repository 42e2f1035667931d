import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { show } from '../../../science/spec/problems'
import { LIMITS } from '../limits'
import { refusal, type Entry } from '../problem'
import type { Watch } from '../source'
import type { Part } from '../templated'
import { openParquetFile, type ParquetFile } from './file'
import { ofConfig, shardsOf, usualRoles, wantedRoles, type Roles, type Shard } from './folder'

/** What a reader wants of Parquet files; what is not said is all there is. */
export interface ParquetWish {
  /** The configuration of a folder that has several. */
  config?: string | null
  /** The splits of a folder that are read, the others left out. */
  splits?: { train: string; test: string }
  /** Columns that are needed: no others are read. */
  columns?: readonly string[]
  /** Rows of each split, the first ones. */
  first?: number | undefined
  /** Whether numbers that stand for classes are read as the names of these. */
  named: boolean
}
export interface ParquetRecords {
  /** The line of an entry is the number of its row, from 1, on through all files. @throws DatasetError; AbortError */
  parts: AsyncIterable<Part>
  /** Known with the first part. */
  columns(): string[]
  /** The files with their first row and how many were read of each. */
  files(): readonly ReadFile[]
}
export interface ReadFile {
  name: string
  first: number
  rows: number
}

interface Source {
  path: string
  role: Part['role']
}

/** The files that are read of a file or folder, in order. @throws DatasetError */
export async function parquetSources(path: string, { config = null, splits }: ParquetWish): Promise<Source[]> {
  const found = await stat(path).catch(() => null)
  if (!found?.isDirectory()) return [{ path, role: null }]
  const shards = ofConfig(await shardsOf(path), config)
  const roles = splits ? wantedRoles(shards, splits) : usualRoles(shards)
  const alone = roles.length === 1 && !roles.some(({ role }) => role === 'test')
  return sourcesOf(shards, roles).map((source) => (alone ? { ...source, role: null } : source))
}

const sourcesOf = (shards: readonly Shard[], roles: Roles): Source[] =>
  roles.flatMap(({ split, role }) =>
    shards.filter((shard) => shard.split === split).map(({ path }): Source => ({ path, role })),
  )

/** Opens a Parquet file, or the folder of a dataset. */
export function openParquet(path: string, wish: ParquetWish, { signal, onRead }: Watch = {}): ParquetRecords {
  let columns: string[] = []
  const files: ReadFile[] = []

  async function* parts(): AsyncGenerator<Part> {
    const sources = await parquetSources(path, wish)
    const sizes = await Promise.all(
      sources.map(async (source) => (await stat(source.path).catch(() => null))?.size ?? 0),
    )
    const total = sizes.reduce((sum, size) => sum + size, 0)
    const left = new Map<Part['role'], number>()
    let [row, read] = [0, 0]
    for (const source of sources) {
      const most = left.get(source.role) ?? wish.first ?? Infinity
      if (most === 0) continue
      const file = await openParquetFile(source.path, (bytes) => onRead?.(Math.min((read += bytes), total), total))
      try {
        columns = checked(file, columns, wish, basename(source.path))
        const told: ReadFile = { name: basename(source.path), first: row + 1, rows: 0 }
        files.push(told)
        for await (const rows of file.groups(wish.columns ?? null, most)) {
          signal?.throwIfAborted()
          yield { role: source.role, entries: rows.map((values) => entryOf(++row, values, wish.named ? file : null)) }
          told.rows += rows.length
        }
        left.set(source.role, most - told.rows)
      } finally {
        await file.close()
      }
    }
  }
  return { parts: parts(), columns: () => columns, files: () => files }
}

/** The columns of a file, which are those of the others. @throws DatasetError naming a column that is needed and not there */
function checked(file: ParquetFile, before: readonly string[], wish: ParquetWish, name: string): string[] {
  const missing = wish.columns?.filter((column) => !file.columns.includes(column)) ?? []
  if (missing.length > 0)
    throw refusal(
      'path',
      `the column${missing.length === 1 ? '' : 's'} ${missing.map(show).join(', ')}`,
      `${name} with ${file.columns.slice(0, 50).map(show).join(', ')}`,
    )
  if (before.length > 0 && file.columns.join('\n') !== before.join('\n') && !wish.columns)
    throw refusal('path', `files of the same columns, ${before.map(show).join(', ')}`, `${name} with others`)
  if (wish.first === undefined && file.rows > LIMITS.rows)
    throw refusal('path', `at most ${LIMITS.rows} rows; the first ones alone can be read`, `${file.rows} in ${name}`)
  return file.columns
}

function entryOf(line: number, row: Record<string, unknown>, file: ParquetFile | null): Entry {
  const values = new Map(Object.entries(row))
  for (const [column, names] of file?.classNames ?? []) {
    const name = names[Number(values.get(column) ?? NaN)]
    if (name !== undefined) values.set(column, name)
  }
  return { line, values }
}
