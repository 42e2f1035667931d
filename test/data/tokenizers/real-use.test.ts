import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { createTokenizer } from '../../../src-main/data/tokenizers'

interface Case {
  name: string
  tokenizer: object
  config?: object
  texts: string[]
  reference: number[][]
}

/** Tokenizers that people came with, and the ids of the Rust tokenizers or of transformers. */
const cases = JSON.parse(readFileSync(path.join(import.meta.dirname, 'files/real-use.json'), 'utf8')) as Case[]

it.each(cases.map((given) => [given.name, given] as const))('%s', (_name, { tokenizer, config, texts, reference }) => {
  const made = createTokenizer({ tokenizer, config: config ?? {} }, 'tokenizer.json')
  expect(texts.map((text) => made.encode(text))).toEqual(reference)
})
