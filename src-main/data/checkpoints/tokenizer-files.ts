import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { createTokenizer, type TextTokenizer } from '../tokenizers'
import { fromBertVocab, fromGpt2Files } from '../tokenizers/vocabulary-files'
import { refuse } from './errors'
import { JSON_LIMITS, parseJsonFile, readJsonFile, readText, readTextIf } from './json'

const object = z.looseObject({})
const WHOLE = 'tokenizer.json'
/** What makes a tokenizer where there is no tokenizer.json, by the architecture whose it is: others cut texts otherwise. */
const VOCABULARIES: Readonly<Record<string, readonly string[]>> = {
  bert: ['vocab.txt'],
  gpt2: ['vocab.json', 'merges.txt'],
}
const CONVERT =
  'make one with `AutoTokenizer.from_pretrained(folder).save_pretrained(folder)` of transformers, which writes tokenizer.json'

/** Names of the files of vocabularies that a model computes with where it has no tokenizer.json. */
export function vocabularyNames(names: readonly string[]): string[] {
  return names.includes(WHOLE)
    ? []
    : Object.values(VOCABULARIES)
        .flat()
        .filter((name) => names.includes(name))
}

/**
 * The tokenizer of a model's folder: tokenizer.json, else what BERT's or GPT-2's vocabulary makes.
 * @param architecture its id
 * @throws CheckpointError where there is none, or one that is not read, with the way out
 */
export async function readTokenizer(folder: string, architecture: string): Promise<TextTokenizer> {
  const text = await readTextIf(path.join(folder, 'tokenizer_config.json'), JSON_LIMITS.config)
  const config = parseJsonFile(text ?? '{}', 'tokenizer_config.json', object)
  const names = await readdir(folder)
  if (names.includes(WHOLE)) {
    const tokenizer = await readJsonFile(path.join(folder, WHOLE), JSON_LIMITS.tokenizer, object)
    return createTokenizer({ tokenizer, config }, WHOLE)
  }
  const wanted = VOCABULARIES[architecture]
  if (!wanted?.every((name) => names.includes(name))) return refuseTokenizer(folder, names)
  const [first, second] = await Promise.all(
    wanted.map((name) => readText(path.join(folder, name), JSON_LIMITS.tokenizer)),
  )
  const definition = second === undefined ? fromBertVocab(first!, config) : fromGpt2Files(first!, second, config)
  return createTokenizer(definition, wanted[0]!)
}

/** @throws CheckpointError always: what is there instead, and how it becomes what is read */
function refuseTokenizer(folder: string, names: readonly string[]): never {
  const other = names.find((name) => /^(tokenizer\.model|spiece\.model|.*\.tiktoken|vocab\.(txt|json))$/.test(name))
  const where = path.join(folder, WHOLE)
  return refuse(where, 'a file that can be read', other === undefined ? 'none' : `${other} alone: ${CONVERT}`)
}
