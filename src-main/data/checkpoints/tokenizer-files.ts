import path from 'node:path'
import { z } from 'zod'
import { createTokenizer, type TextTokenizer } from '../tokenizers'
import { JSON_LIMITS, parseJsonFile, readJsonFile, readTextIf } from './json'

const object = z.looseObject({})

/** The tokenizer of a model's folder. @throws CheckpointError where there is none, or one that is not read */
export async function readTokenizer(folder: string): Promise<TextTokenizer> {
  const tokenizer = await readJsonFile(path.join(folder, 'tokenizer.json'), JSON_LIMITS.tokenizer, object)
  const config = await readTextIf(path.join(folder, 'tokenizer_config.json'), JSON_LIMITS.config)
  return createTokenizer(
    { tokenizer, config: parseJsonFile(config ?? '{}', 'tokenizer_config.json', object) },
    'tokenizer.json',
  )
}
