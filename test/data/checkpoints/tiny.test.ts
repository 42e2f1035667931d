import { describe, expect, it } from 'vitest'
import { loadPretrained } from '../../../src-main/data/checkpoints/open'
import { expectAgreement, golden, readGolden, type Reference } from './golden'

describe('tiny models', () => {
  it.each([
    ['tiny-gpt2', 'gpt2', { head: 'language', tied: true, positions: 64, activation: 'geluTanh' }],
    ['tiny-gpt2-tokens', 'gpt2', { head: 'classes', classes: 3, headBias: true, pooling: 'last' }],
    ['tiny-neox', 'gpt-neox', { head: 'language', tied: false, parallel: true, rotary: 2, activation: 'geluErf' }],
    ['tiny-llama', 'llama', { head: 'language', tied: true, heads: 4, kvHeads: 2, rotaryBase: 100_000, norm: 'rms' }],
    ['tiny-llama-sequence', 'llama', { head: 'classes', classes: 2, headBias: false, pooling: 'last' }],
    ['tiny-qwen2', 'qwen2', { head: 'language', tied: false, kvHeads: 1, qkvBias: true, outBias: false }],
    ['tiny-bert', 'bert', { head: 'classes', pooling: 'mean', postNorm: true, causal: false, tokenTypes: 2 }],
  ])('%s computes what transformers does', async (name, architecture, settings) => {
    const model = await loadPretrained(golden(name))
    expect(model.architecture).toBe(architecture)
    expect(model.spec).toMatchObject(settings)
    expect(model.context).toBe(64)
    expectAgreement(model, readGolden(name, 'reference.json') as Reference)
  })

  it('reads the ONNX form of an encoder, its nameless weights included', async () => {
    const model = await loadPretrained(golden('tiny-bert/onnx/model.onnx'))
    const twin = await loadPretrained(golden('tiny-bert'))
    expect(model.weights).toEqual(twin.weights)
    expect(model.spec).toEqual(twin.spec)
    expectAgreement(model, readGolden('tiny-bert', 'reference.json') as Reference)
  })

  it.each(['gpt2', 'gptneox', 'llama', 'qwen2', 'bert'])('reads the GGUF form of %s', async (name) => {
    const model = await loadPretrained(golden('gguf', `${name}.gguf`))
    expect(model.card).toMatchObject({ name: `tiny ${name}`, licence: 'mit' })
    expectAgreement(model, readGolden('gguf', name, 'reference.json') as Reference)
  })
})
