import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { TaskInfo } from './types'

const counts = z.array(z.int().min(0))
const taskInfo = z.strictObject({
  id: z.string(),
  title: z.string(),
  question: z.string(),
  form: z.enum(['classes', 'options', 'text']).default('classes'),
  classes: z.array(z.string()),
  examples: z.int(),
  rows: z.strictObject({ train: counts, test: counts.nullable() }).nullable().default(null),
  lengthAlone: z.number().nullable().default(null),
  licence: z.string(),
  source: z.string(),
  provenance: z
    .strictObject({
      template: z.string().nullable(),
      first: z.int().nullable(),
      files: z.array(z.strictObject({ name: z.string(), sha256: z.string() })),
    })
    .nullable()
    .default(null),
  origin: z.literal('imported'),
  sha256: z.string(),
})

/** The datasets of a folder, by id. A description without rows, or one that is none of ours, is no dataset. */
export async function listImported(folder: string): Promise<TaskInfo[]> {
  const names = await readdir(folder).catch(() => [])
  const infos = await Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => read(folder, name)))
  return infos.filter((info) => info !== null).sort((a, b) => (a.id < b.id ? -1 : 1))
}

async function read(folder: string, name: string): Promise<TaskInfo | null> {
  try {
    const info = taskInfo.parse(JSON.parse(await readFile(join(folder, name), 'utf8')))
    return `${info.id}.json` === name && existsSync(join(folder, `${info.id}.jsonl.gz`)) ? info : null
  } catch {
    return null
  }
}
