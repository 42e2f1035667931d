import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadPretrained, type PretrainedModel } from '../../../src-main/data/checkpoints/open'
import { transformerTensors } from '../../../src-main/science/models/net'
import { forward, pooled } from './forward'

const golden = path.resolve(import.meta.dirname, '../../golden/models')

interface Reference {
  outputs: { text: string; ids: number[]; values: number[] }[]
  tokens: number[][]
}
const json = (...parts: string[]): unknown => JSON.parse(readFileSync(path.join(golden, ...parts), 'utf8'))
const texts = json('texts.json') as string[]

/** Largest difference, relative to the largest value. */
function difference(got: number[], expected: number[]): number {
  expect(got.length).toBe(expected.length)
  const scale = Math.max(...expected.map(Math.abs))
  return Math.max(...expected.map((e, i) => Math.abs(e - got[i]!))) / scale
}

/** Held to transformers: each text's tokens, and the outputs for the last of them. */
function expectAgreement(model: PretrainedModel, reference: Reference) {
  expect(model.weights.map(({ name, shape }) => ({ name, shape }))).toEqual(transformerTensors(model.spec))
  for (const { text, ids, values } of reference.outputs) {
    expect(model.tokenizer.encode(text)).toEqual(ids)
    const { spec, weights } = model
    const got = spec.causal ? forward(spec, weights, ids) : pooled(spec, weights, ids)
    expect(difference(got, values)).toBeLessThan(2e-6)
  }
  texts.forEach((text, i) => expect(model.tokenizer.encode(text), JSON.stringify(text)).toEqual(reference.tokens[i]))
}

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
    const model = await loadPretrained(path.join(golden, name))
    expect(model.architecture).toBe(architecture)
    expect(model.spec).toMatchObject(settings)
    expect(model.context).toBe(64)
    expectAgreement(model, json(name, 'reference.json') as Reference)
  })

  it('reads the ONNX form of an encoder, its nameless weights included', async () => {
    const model = await loadPretrained(path.join(golden, 'tiny-bert/onnx/model.onnx'))
    const twin = await loadPretrained(path.join(golden, 'tiny-bert'))
    expect(model.weights).toEqual(twin.weights)
    expect(model.spec).toEqual(twin.spec)
    expectAgreement(model, json('tiny-bert', 'reference.json') as Reference)
  })

  it.each(['gpt2', 'gptneox', 'llama', 'qwen2', 'bert'])('reads the GGUF form of %s', async (name) => {
    const model = await loadPretrained(path.join(golden, 'gguf', `${name}.gguf`))
    expect(model.card).toMatchObject({ name: `tiny ${name}`, licence: 'mit' })
    expectAgreement(model, json('gguf', name, 'reference.json') as Reference)
  })
})
