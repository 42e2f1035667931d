// What was dropped on the window, told by names alone: whoever reads it looks closer.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dropped } from '../src-preload/contract'

const MODEL = /\.(gguf|onnx|safetensors)$/i
const DATASET = /\.(jsonl|ndjson|json|csv|tsv|parquet|gz)$/i
/** `<configuration>/<split>/0000.parquet` */
const DEPTH = 3
/** Of a folder that holds half a disk nobody waits for more. */
const MOST_FOLDERS = 100

/** What to do with a file or folder; `other` too where it cannot be looked at. */
export async function kindOfDropped(path: string): Promise<Dropped['kind']> {
  const found = await stat(path).catch(() => null)
  if (found?.isFile()) return MODEL.test(path) ? 'model' : DATASET.test(path) ? 'dataset' : 'other'
  if (!found?.isDirectory()) return 'other'
  const names: string[] = await readdir(path).catch(() => [])
  if (names.includes('config.json') || names.some((name) => MODEL.test(name))) return 'model'
  return (await hasParquet(path)) ? 'dataset' : 'other'
}

async function hasParquet(folder: string): Promise<boolean> {
  let level = [folder]
  for (let depth = 0; depth < DEPTH; depth++) {
    const below: string[] = []
    for (const at of level.slice(0, MOST_FOLDERS)) {
      const entries = await readdir(at, { withFileTypes: true }).catch(() => [])
      if (entries.some(({ name }) => /\.parquet$/i.test(name))) return true
      below.push(...entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(at, name)))
    }
    level = below
  }
  return false
}
