import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { NativeAddon } from '../../../src-native/model'
import { withClassHead } from '../../../src-main/data/checkpoints/heads'
import { loadPretrained } from '../../../src-main/data/checkpoints/open'
import { difference, golden, readGolden, type Reference } from './golden'

const built = path.resolve(import.meta.dirname, '../../../src-native/build/w2s.node')

describe.skipIf(!existsSync(built))('the native engine (skipped where it has not been built)', () => {
  it.each([
    ['tiny-gpt2', 'tiny-gpt2'],
    ['tiny-gpt2-tokens', 'tiny-gpt2-tokens'],
    ['tiny-neox', 'tiny-neox'],
    ['tiny-llama', 'tiny-llama'],
    ['tiny-llama-sequence', 'tiny-llama-sequence'],
    ['tiny-qwen2', 'tiny-qwen2'],
    ['tiny-bert', 'tiny-bert'],
    ['gguf/llama.gguf', 'gguf/llama'],
  ])('computes what transformers does with %s', async (place, folder) => {
    const read = await loadPretrained(golden(place))
    // An encoder is looked at through a head that copies its hidden state.
    const { spec, weights } = read.spec.causal ? read : withClassHead(read, read.spec.width, { from: 'zero' })
    if (!read.spec.causal) {
      const head = weights.find(({ name }) => name === 'head.weight')!
      for (let i = 0; i < spec.width; i++) head.data[i * spec.width + i] = 1
    }
    const { Model } = createRequire(import.meta.url)(built) as NativeAddon
    const model = new Model(spec, { threads: 1 })
    expect(model.tensors()).toEqual(weights.map(({ name, shape }) => ({ name, shape })))
    await model.load(weights)
    const { outputs } = readGolden(folder, 'reference.json') as Reference
    for (const { ids, values } of outputs) {
      const batch = { n: 1, tokens: Int32Array.from(ids), offsets: Int32Array.of(0, ids.length) }
      expect(difference(await model.forward(batch), values)).toBeLessThan(1e-5)
    }
    model.dispose()
  })
})
