import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { kindOfDropped } from '../src-main/dropped'
import { temporaryFolder } from './store/temporary'

test.each([
  ['reviews.csv', '', 'dataset'],
  ['reviews.JSONL.gz', '', 'dataset'],
  ['small.gguf', '', 'model'],
  ['paper.pdf', '', 'other'],
  ['gpt2/config.json', 'gpt2', 'model'],
  ['onnx/model.onnx', 'onnx', 'model'],
  ['boolq/default/train/0000.parquet', 'boolq', 'dataset'],
  ['photos/one.png', 'photos', 'other'],
  ['there.csv', 'not-there.csv', 'other'],
])('of %s, %s is a %s', async (file, dropped, kind) => {
  const folder = temporaryFolder()
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), '')
  expect(await kindOfDropped(join(folder, dropped || file))).toBe(kind)
})
