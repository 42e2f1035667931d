import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CheckpointError } from '../../../src-main/data/checkpoints/errors'
import { loadPretrained, openPretrained } from '../../../src-main/data/checkpoints/open'
import { readSafetensors, writeSafetensors, type NamedTensor } from '../../../src-main/data/checkpoints/safetensors'
import { golden } from './golden'

let root: string
let count = 0
beforeAll(async () => (root = await mkdtemp(path.join(tmpdir(), 'w2s-refuse-'))))
afterAll(() => rm(root, { recursive: true }))

/** A copy of a tiny model in a folder of its own. */
async function copy(name: string): Promise<string> {
  const folder = path.join(root, String(count++))
  await cp(golden(name), folder, { recursive: true })
  return folder
}

async function editJson(folder: string, name: string, change: (json: Record<string, unknown>) => object) {
  const file = path.join(folder, name)
  await writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>)))
}

async function editTensors(folder: string, change: (tensors: NamedTensor[]) => NamedTensor[]) {
  const file = path.join(folder, 'model.safetensors')
  await writeFile(file, writeSafetensors(change(readSafetensors(await readFile(file)))))
}

async function expectRefusal(where: string, message: string) {
  const error = await loadPretrained(where).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(CheckpointError)
  expect((error as Error).message).toContain(message)
}

describe('a config that is not what it should be', () => {
  const table: [string, string, Record<string, unknown>, string][] = [
    [
      'an unknown architecture',
      'tiny-gpt2',
      { model_type: 'mamba' },
      'config.json: model_type: expected one of gpt2, gpt_neox, llama, qwen2, bert, got mamba',
    ],
    [
      'a class of another family',
      'tiny-bert',
      { architectures: ['RobertaForTokenClassification'] },
      'config.json: architectures[0]: expected one of BertForTokenClassification, BertModel, BertForMaskedLM, BertForPreTraining, or another BertFor…, got RobertaForTokenClassification',
    ],
    ['a missing size', 'tiny-gpt2', { n_layer: undefined }, 'config.json: n_layer: expected a number, got nothing'],
    [
      'a size that is none',
      'tiny-llama',
      { num_hidden_layers: 2.5 },
      'config.json: num_hidden_layers: expected a whole number, got 2.5',
    ],
    [
      'more layers than a model has',
      'tiny-neox',
      { num_hidden_layers: 1e9 },
      'config.json: num_hidden_layers: expected at most 1024, got 1000000000',
    ],
    [
      'an epsilon that drowns what it is added to',
      'tiny-bert',
      { layer_norm_eps: 1e300 },
      'config.json: layer_norm_eps: expected at most 0.1, got 1e+300',
    ],
    ['no epsilon', 'tiny-llama', { rms_norm_eps: 0 }, 'config.json: rms_norm_eps: expected more than 0, got 0'],
    [
      'an activation that is not known',
      'tiny-gpt2',
      { activation_function: 'mish' },
      'config.json: activation_function: expected one of "relu", "gelu"',
    ],
    [
      'scaled rotary positions',
      'tiny-llama',
      { rope_parameters: { rope_type: 'llama3', factor: 8 } },
      'config.json: rope_parameters.rope_type: expected "default", got "llama3"',
    ],
    [
      'scaled rotary positions of older files',
      'tiny-llama',
      { rope_scaling: { type: 'linear', factor: 2 } },
      'config.json: rope_scaling.type: expected "default", got "linear"',
    ],
    [
      'sliding windows',
      'tiny-qwen2',
      { use_sliding_window: true },
      'config.json: use_sliding_window: expected false, got true',
    ],
    [
      'heads that do not divide the width',
      'tiny-gpt2',
      { n_head: 3 },
      'config.json: n_embd: expected a width divisible by 3 heads, got 16',
    ],
    [
      'key heads that do not divide the heads',
      'tiny-llama',
      { num_key_value_heads: 3 },
      'key-value heads: expected a divisor of 4 heads, got 3',
    ],
    [
      'more layers than the file has',
      'tiny-gpt2',
      { n_layer: 3 },
      'model.safetensors: tensor "transformer.h.2.ln_1.weight": expected [16], got no such tensor',
    ],
    [
      'fewer layers than the file has',
      'tiny-gpt2',
      { n_layer: 1 },
      'model.safetensors: tensor "transformer.h.1.attn.c_attn.bias": expected none of this name in such a model, got [48]',
    ],
    [
      'another width',
      'tiny-llama',
      { intermediate_size: 64 },
      'model.safetensors: tensor "model.layers.0.mlp.gate_proj.weight": expected [64, 32], got [48, 32]',
    ],
    [
      'a vocabulary that the tokenizer exceeds',
      'tiny-gpt2',
      { vocab_size: 200 },
      'model.safetensors: tensor "transformer.wte.weight": expected [200, 16], got [300, 16]',
    ],
  ]
  it.each(table)('%s', async (_what, name, change, message) => {
    const folder = await copy(name)
    await editJson(folder, 'config.json', (json) => ({ ...json, ...change }))
    await expectRefusal(folder, message)
  })

  it('no JSON', async () => {
    const folder = await copy('tiny-gpt2')
    await writeFile(path.join(folder, 'config.json'), '{"n_embd":')
    await expectRefusal(folder, 'config.json: expected JSON, got')
  })
})

describe('files that are not what they should be', () => {
  it('a folder with weights of another kind, an empty one, none', async () => {
    const folder = await copy('tiny-gpt2')
    await rm(path.join(folder, 'model.safetensors'))
    await expectRefusal(folder, 'expected model.safetensors, a .gguf or an .onnx file, got config.json, ')
    await writeFile(path.join(folder, 'pytorch_model.bin'), '')
    await expectRefusal(folder, 'expected model.safetensors, a .gguf or an .onnx file, got pytorch_model.bin')
    await expectRefusal(path.join(root, 'nowhere'), 'expected a model’s folder or file, got nothing there')
    await expectRefusal(path.join(folder, 'config.json'), 'expected a .safetensors, .gguf or .onnx file, got .json')
  })

  it('no config, no tokenizer, one with too many tokens', async () => {
    const folder = await copy('tiny-gpt2')
    const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
    const added = [{ id: 300, content: '<new>', ...flags }]
    await editJson(folder, 'tokenizer.json', (json) => ({ ...json, added_tokens: added }))
    await expectRefusal(folder, 'tokenizer: expected ids below 300, the rows of the embeddings, got 300')
    await editJson(folder, 'tokenizer.json', (json) => ({ ...json, model: { type: 'BPE' } }))
    await expectRefusal(folder, 'tokenizer.json: model.vocab: expected')
    await rm(path.join(folder, 'tokenizer.json'))
    await expectRefusal(folder, 'tokenizer.json: expected a file that can be read, got none')
    await rm(path.join(folder, 'config.json'))
    await expectRefusal(folder, 'config.json: expected a file that can be read, got none')
  })

  it('a tensor too few, one too many, one of integers', async () => {
    const folder = await copy('tiny-gpt2')
    await editTensors(folder, (tensors) => tensors.filter(({ name }) => name !== 'transformer.ln_f.bias'))
    await expectRefusal(folder, 'model.safetensors: tensor "transformer.ln_f.bias": expected [16], got no such tensor')
    const other = await copy('tiny-gpt2')
    await editTensors(other, (tensors) => [...tensors, { name: 'adapter', shape: [2], data: new Float32Array(2) }])
    await expectRefusal(other, 'tensor "adapter": expected none of this name in such a model, got [2]')
    const integers = await copy('tiny-gpt2')
    const file = path.join(integers, 'model.safetensors')
    const text = (await readFile(file)).toString('latin1')
    await writeFile(
      file,
      text.replace('"transformer.ln_f.bias":{"dtype":"F32"', '"transformer.ln_f.bias":{"dtype":"I32"'),
      'latin1',
    )
    const message = 'tensor "transformer.ln_f.bias": expected values of F32, F16, BF16, got I32'
    await expectRefusal(integers, message)
    await expect(openPretrained(integers)).rejects.toThrow(message)
  })

  it('weights that are no numbers', async () => {
    for (const wrong of [NaN, Infinity, -Infinity]) {
      const folder = await copy('tiny-gpt2')
      await editTensors(folder, (tensors) => {
        tensors.find(({ name }) => name === 'transformer.ln_f.bias')!.data[5] = wrong
        return tensors
      })
      const message = `model.safetensors: tensor "transformer.ln_f.bias": expected finite values, got ${wrong} at 5`
      await expectRefusal(folder, message)
    }
  })

  it('buffers of older checkpoints are let pass', async () => {
    const folder = await copy('tiny-gpt2')
    await editTensors(folder, (tensors) => [
      ...tensors,
      { name: 'transformer.h.0.attn.bias', shape: [1, 1, 64, 64], data: new Float32Array(4096) },
      { name: 'lm_head.weight', shape: [300, 16], data: new Float32Array(4800) },
    ])
    expect((await loadPretrained(folder)).spec.head).toEqual({ kind: 'language', tied: true })
  })

  it('an index that its shards contradict', async () => {
    const index = 'model.safetensors.index.json'
    const edit = async (change: (map: Record<string, string>) => Record<string, string>, message: string) => {
      const folder = await copy('tiny-neox')
      await editJson(folder, index, (json) => ({
        ...json,
        weight_map: change(json.weight_map as Record<string, string>),
      }))
      await expectRefusal(folder, message)
    }
    const [a, b] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
    const name = 'embed_out.weight'
    const map = {
      ...(JSON.parse(await readFile(golden('tiny-neox', index), 'utf8')) as { weight_map: Record<string, string> })
        .weight_map,
    }
    const there = map[name]!
    const elsewhere = there === a ? b : a
    await edit(
      (map) => ({ ...map, [name]: elsewhere }),
      `${index}: tensor "${name}": expected it in ${elsewhere}, got it in ${there}`,
    )
    await edit((map) => ({ ...map, ghost: a }), `${index}: tensor "ghost": expected it in ${a}, got it nowhere`)
    await edit(
      (map) => Object.fromEntries(Object.entries(map).filter(([key]) => key !== name)),
      `tensor "${name}": expected every tensor listed, got it only in ${there}`,
    )
    await edit(
      (map) => ({ ...map, [name]: '../outside.safetensors' }),
      `${index}: weight_map.${name}: expected the name of a .safetensors file beside it, got "../outside.safetensors"`,
    )
    await edit(
      (map) => ({ ...map, [name]: 'model-00003.safetensors' }),
      'model-00003.safetensors: expected a file that can be read',
    )
  })

  it('cut files', async () => {
    for (const [name, file] of [
      ['tiny-gpt2', 'model.safetensors'],
      ['tiny-bert', 'onnx/model.onnx'],
      ['gguf', 'qwen2.gguf'],
    ] as const) {
      const folder = await copy(name)
      const whole = await readFile(path.join(folder, file))
      await writeFile(path.join(folder, file), whole.subarray(0, whole.length - 1))
      await expectRefusal(path.join(folder, file), `${path.basename(file)}: `)
    }
  })
})

describe('GGUF files that are not what they should be', () => {
  /** Replaces a text of the same length in the file's header. */
  async function edit(name: string, from: string, to: string, message: string) {
    const folder = await copy('gguf')
    const file = path.join(folder, `${name}.gguf`)
    const text = (await readFile(file)).toString('latin1')
    expect(to.length).toBe(from.length)
    expect(text).toContain(from)
    await writeFile(file, text.replace(from, to), 'latin1')
    await expectRefusal(file, message)
  }

  it.each([
    [
      'another architecture',
      'qwen2',
      'qwen2',
      'mamba',
      'qwen2.gguf: general.architecture: expected one of gpt2, gptneox, llama, qwen2, bert, got mamba',
    ],
    [
      'a missing size',
      'qwen2',
      'qwen2.block_count',
      'qwen2.block_mount',
      'qwen2.gguf: qwen2.block_count: expected a number, got nothing',
    ],
    [
      'a missing tensor',
      'qwen2',
      'blk.1.ffn_up.weight',
      'blk.7.ffn_up.weight',
      'qwen2.gguf: tensor "blk.1.ffn_up.weight": expected [40, 24], got no such tensor',
    ],
  ])('%s', (_what, name, from, to, message) => edit(name, from, to, message))

  it('an epsilon that drowns what it is added to', async () => {
    const folder = await copy('gguf')
    const file = path.join(folder, 'llama.gguf')
    const bytes = await readFile(file)
    const key = 'llama.attention.layer_norm_rms_epsilon'
    // The key is followed by the number of its type.
    bytes.writeFloatLE(5, bytes.indexOf(key) + key.length + 4)
    await writeFile(file, bytes)
    await expectRefusal(file, `llama.gguf: ${key}: expected more than 0 and at most 0.1, got 5`)
  })
})
