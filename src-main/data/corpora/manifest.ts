import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { problemsOf } from '../../science/spec/problems'
import { JsonError, parseJson } from '../json'
import type { Corpus } from './types'

/** What is said of a corpus; its file lies beside the manifest. */
export const corpusSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/),
  title: z.string().min(1),
  kind: z.enum(['text', 'games']),
  licence: z.string().min(1),
  source: z.string().min(1),
  documents: z.int().min(1),
  bytes: z.int().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
const manifest = z.strictObject({ corpora: z.array(corpusSchema) })

/**
 * Every corpus of a folder, by its `manifest.json`.
 * @throws Error naming the file, and every place in it with what was expected and what is there
 */
export function readCorpora(folder: string): Corpus[] {
  const file = join(folder, 'manifest.json')
  let value: unknown
  try {
    value = parseJson(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Error(`${file}: ${cause instanceof JsonError ? cause.message : String(cause)}`, { cause })
  }
  const parsed = manifest.safeParse(value)
  if (parsed.success) return parsed.data.corpora
  const told = problemsOf(parsed.error, value, manifest).map((p) => `${p.path}: expected ${p.expected}, got ${p.got}`)
  throw new Error(`${file}: ${told.join('; ')}`)
}

/** Where the documents of a corpus are. */
export const corpusFile = (folder: string, id: string) => join(folder, `${id}.jsonl.gz`)
