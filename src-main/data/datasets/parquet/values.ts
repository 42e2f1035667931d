import { z } from 'zod'

/**
 * A value of a Parquet file as JSON has such values: whole numbers of 64 bits as numbers where these are exact, times as
 * ISO 8601, bytes that are no text as null; structs and lists as objects and lists.
 */
export function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (typeof value !== 'object' || value === null) return value ?? null
  if (Array.isArray(value)) return value.map(plainValue)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof Uint8Array) return textIn(value)
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, plainValue(of)]))
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** Bytes as text, of columns that say that they are text and of those that say nothing; null where they are none. */
export function textIn(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes)
  } catch {
    return null
  }
}

const info = z.object({ info: z.object({ features: z.record(z.string(), z.unknown()) }) })
const classLabel = z.object({ _type: z.literal('ClassLabel'), names: z.array(z.string()) })

/**
 * Names of the classes of columns, by column, as the library `datasets` writes them into the metadata `huggingface` of a
 * file: the column itself has their numbers.
 * @param text what the metadata says; undefined where a file has none
 */
export function classNamesIn(text: string | undefined): Map<string, readonly string[]> {
  const names = new Map<string, readonly string[]>()
  const parsed = info.safeParse(jsonIn(text))
  if (!parsed.success) return names
  for (const [column, feature] of Object.entries(parsed.data.info.features)) {
    const found = classLabel.safeParse(feature)
    if (found.success) names.set(column, found.data.names)
  }
  return names
}

function jsonIn(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
