import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'

/** What the Rust tokenizers and transformers give, by scripts/make-tokenizer-cases.py. */
export function reference(name: string): unknown {
  return JSON.parse(gunzipSync(readFileSync(path.join(import.meta.dirname, 'reference', `${name}.json.gz`))).toString())
}

/** Awkward texts of all of Unicode, some made by hand before those that chance made. */
export const texts = reference('texts') as string[]
