import { describe, expect, it } from 'vitest'
import { loadPretrained } from '../../../src-main/data/checkpoints/open'
import { expectAgreement, golden, readGolden, type Reference } from './golden'

describe('tiny models', () => {
  it.each([
    [
      'tiny-gpt2',
      'gpt2',
      { head: { kind: 'language', tied: true }, positions: { kind: 'learned', count: 64 }, activation: 'gelu-tanh' },
    ],
    ['tiny-gpt2-tokens', 'gpt2', { head: { kind: 'classes', classes: 3, bias: true }, pooling: 'last' }],
    [
      'tiny-neox',
      'gpt-neox',
      {
        head: { kind: 'language', tied: false },
        parallel: true,
        positions: { kind: 'rotary', columns: 2, base: 10_000 },
        activation: 'gelu-erf',
      },
    ],
    [
      'tiny-llama',
      'llama',
      {
        head: { kind: 'language', tied: true },
        heads: 4,
        kvHeads: 2,
        positions: { kind: 'rotary', columns: 8, base: 100_000 },
        norm: 'rms',
      },
    ],
    ['tiny-llama-sequence', 'llama', { head: { kind: 'classes', classes: 2, bias: false }, pooling: 'last' }],
    [
      'tiny-qwen2',
      'qwen2',
      { head: { kind: 'language', tied: false }, kvHeads: 1, bias: { qkv: true, out: false, mlp: false } },
    ],
    [
      'tiny-bert',
      'bert',
      {
        head: { kind: 'classes', classes: 2, bias: true },
        pooling: 'mean',
        normOrder: 'post',
        causal: false,
        tokenTypes: 2,
      },
    ],
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
