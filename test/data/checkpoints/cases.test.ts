// Models as they lie about in the world: older names, newer settings, leftovers, parts. Each is read as transformers
// reads it, or named as what it is with the way out.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ggufSizes } from '../../../src-main/data/checkpoints/architectures/gguf-keys'
import { Metadata, openGguf } from '../../../src-main/data/checkpoints/gguf'
import { loadPretrained, openPretrained } from '../../../src-main/data/checkpoints/open'
import { readSafetensors, writeSafetensors } from '../../../src-main/data/checkpoints/safetensors'
import { modelFiles } from '../../../src-main/data/models/files'
import { computingFiles } from '../../../src-main/data/models/manifest'
import { golden, readGolden } from './golden'

let root: string
let count = 0
beforeAll(async () => (root = await mkdtemp(path.join(tmpdir(), 'w2s-cases-'))))
afterAll(() => rm(root, { recursive: true }))

const given = (name: string) => golden('cases', name)
/** A copy of a model in a folder of its own. */
async function copy(from: string): Promise<string> {
  const folder = path.join(root, String(count++))
  await cp(from, folder, { recursive: true })
  return folder
}
async function edit(folder: string, name: string, change: Record<string, unknown>): Promise<string> {
  const file = path.join(folder, name)
  const json = JSON.parse(await readFile(file, 'utf8')) as object
  await writeFile(file, JSON.stringify({ ...json, ...change }))
  return folder
}
const theirs = async (folder: string) =>
  new Map(readSafetensors(await readFile(path.join(folder, 'model.safetensors'))).map((one) => [one.name, one.data]))
const first = (values: Float32Array | undefined) => [...values!.subarray(0, 3)].map((x) => x.toFixed(4))

describe('weights that lie beside others', () => {
  it.each(['stale-index', 'stale-index-no-shards'])(
    '%s: model.safetensors wins, and the other set is said',
    async (name) => {
      const { weights } = await loadPretrained(given(name))
      const { notes } = await notesOf(given(name))
      const tokens = weights.find(({ name }) => name === 'tokens.weight')?.data
      expect(tokens).toEqual((await theirs(given(name))).get('embeddings.word_embeddings.weight'))
      if (name === 'stale-index') expect(first(tokens)).toEqual(['0.0016', '0.0087', '0.0152'])
      expect(notes).toEqual(['model.safetensors is read; the weights that model.safetensors.index.json names are not.'])
    },
  )

  it('an index alone is followed, and nothing is said', async () => {
    expect((await notesOf(golden('tiny-neox'))).notes).toEqual([])
  })
})

async function notesOf(where: string) {
  const model = await openPretrained(where)
  await model.close()
  const { notes, hasUnembedding, spec } = model
  return { notes, hasUnembedding, spec }
}

describe('older and newer names', () => {
  it('gamma is weight and beta is bias', async () => {
    const { weights } = await loadPretrained(given('gamma-beta'))
    const file = await theirs(given('gamma-beta'))
    const ours = new Map(weights.map(({ name, data }) => [name, data]))
    expect(ours.get('embeddingNorm.weight')).toEqual(file.get('bert.embeddings.LayerNorm.gamma'))
    expect(ours.get('embeddingNorm.bias')).toEqual(file.get('bert.embeddings.LayerNorm.beta'))
    expect(ours.get('blocks.0.norm2.weight')).toEqual(file.get('bert.encoder.layer.0.output.LayerNorm.gamma'))
    expect(ours.get('blocks.0.norm1.bias')).toEqual(file.get('bert.encoder.layer.0.attention.output.LayerNorm.beta'))
  })

  it('both names of one norm are too many', async () => {
    const folder = await copy(given('gamma-beta'))
    const file = path.join(folder, 'model.safetensors')
    const tensors = readSafetensors(await readFile(file))
    const twin = { name: 'bert.embeddings.LayerNorm.weight', shape: [32], data: new Float32Array(32) }
    await writeFile(file, writeSafetensors([...tensors, twin]))
    await expect(openPretrained(folder)).rejects.toThrow(
      'tensor "bert.embeddings.LayerNorm.weight": expected it once, got bert.embeddings.LayerNorm.gamma and bert.embeddings.LayerNorm.weight',
    )
  })

  const poolings: [object, string][] = [
    [{ pooling_mode: 'mean', include_prompt: true }, 'mean'],
    [{ pooling_mode: ['mean'] }, 'mean'],
    [{ pooling_mode: 'cls' }, 'first'],
    [{ pooling_mode: 'lasttoken' }, 'last'],
    [{ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }, 'first'],
    [{ pooling_mode_lasttoken: true, pooling_mode_mean_tokens: false }, 'last'],
  ]
  it.each(poolings)('pooling %j is %s', async (config, pooling) => {
    const folder = await copy(given('pooling-mode'))
    await writeFile(path.join(folder, '1_Pooling', 'config.json'), JSON.stringify(config))
    expect((await notesOf(folder)).spec.pooling).toBe(pooling)
  })

  it.each([
    [{ pooling_mode: 'max' }, 'max'],
    [{ pooling_mode: ['mean', 'cls'] }, 'mean and cls'],
    [{ pooling_mode_max_tokens: true }, 'max'],
    [{ pooling_mode_mean_sqrt_len_tokens: true, pooling_mode_mean_tokens: true }, 'mean_sqrt_len and mean'],
    [{ pooling_mode: 'toString' }, 'toString'],
    [{}, 'none'],
  ])('pooling %j is refused by its name', async (config, name) => {
    const folder = await copy(given('pooling-mode'))
    await writeFile(path.join(folder, '1_Pooling', 'config.json'), JSON.stringify(config))
    await expect(openPretrained(folder)).rejects.toThrow(
      `1_Pooling/config.json: expected one of the poolings mean, cls, lasttoken, got ${name}`,
    )
  })
})

describe('heads that are not read', () => {
  it('the body of a sequence classifier is read, its head left out and said', async () => {
    const { notes, spec } = await notesOf(given('sequence-classification'))
    expect(notes).toEqual(['The head of BertForSequenceClassification is left out; its body is read.'])
    expect(spec.head).toEqual({ kind: 'classes', classes: 2, bias: true })
    const { weights } = await loadPretrained(given('sequence-classification'))
    const head = weights.filter(({ name }) => name.startsWith('head.'))
    expect(head.flatMap(({ data }) => [...data]).every((x) => x === 0)).toBe(true)
  })

  it('so is that of any other class of the family, and of no other', async () => {
    const folder = await copy(given('sequence-classification'))
    await edit(folder, 'config.json', { architectures: ['BertForQuestionAnswering'] })
    expect((await notesOf(folder)).notes[0]).toContain('The head of BertForQuestionAnswering is left out')
    await edit(folder, 'config.json', { architectures: ['RobertaForSequenceClassification'] })
    await expect(openPretrained(folder)).rejects.toThrow('got RobertaForSequenceClassification')
  })

  it('a tensor of the body that no BERT has is refused all the same', async () => {
    const folder = await copy(given('sequence-classification'))
    const file = path.join(folder, 'model.safetensors')
    const tensors = readSafetensors(await readFile(file))
    await writeFile(
      file,
      writeSafetensors([...tensors, { name: 'bert.adapter', shape: [2], data: new Float32Array(2) }]),
    )
    await expect(openPretrained(folder)).rejects.toThrow('tensor "bert.adapter": expected none of this name')
  })

  it('a model that is untied by its config and has no head in its file is its body', async () => {
    const folder = await copy(golden('tiny-llama'))
    await edit(folder, 'config.json', { tie_word_embeddings: false })
    const body = await loadPretrained(folder)
    const whole = await loadPretrained(golden('tiny-llama'))
    const ofBody = ({ name }: { name: string }) => !name.startsWith('head.')
    expect(body.weights.filter(ofBody)).toEqual(whole.weights.filter(ofBody))
    expect(await notesOf(folder)).toMatchObject({ hasUnembedding: false, spec: { head: { kind: 'classes' } } })
    expect(await notesOf(golden('tiny-llama'))).toMatchObject({ hasUnembedding: true })
    expect(await notesOf(golden('tiny-qwen2'))).toMatchObject({ hasUnembedding: true })
    expect(await notesOf(golden('tiny-bert'))).toMatchObject({ hasUnembedding: true })
  })
})

describe('GGUF as it is made', () => {
  it('rows that 256 does not divide come in Q5_0', async () => {
    const reference = readGolden('cases', 'q5-fallback.json') as Record<string, { shape: number[]; values: string }>
    const source = await openGguf(given('q5-fallback.gguf'))
    for (const [name, { shape, values }] of Object.entries(reference)) {
      expect(source.tensors.get(name)).toMatchObject({ shape, dtype: 'Q5_0' })
      expect(await source.read(name)).toEqual(new Float32Array(Uint8Array.from(Buffer.from(values, 'hex')).buffer))
    }
    await source.close()
    expect((await loadPretrained(given('q5-fallback.gguf'))).spec).toMatchObject({ width: 32, kvHeads: 1 })
  })

  it('rotary factors that are all 1 change nothing; others are refused by name', async () => {
    expect((await loadPretrained(given('rope-freqs.gguf'))).weights.map(({ name }) => name)).not.toContain('rope_freqs')
    const bytes = await readFile(given('rope-freqs.gguf'))
    bytes.writeFloatLE(8, bytes.length - 4)
    const file = path.join(root, 'scaled.gguf')
    await writeFile(file, bytes)
    await expect(openPretrained(file)).rejects.toThrow(
      'scaled.gguf: tensor "rope_freqs.weight": expected rotary positions that are not scaled (all factors 1), got a factor 8',
    )
  })

  const sizes = {
    ...{ 'llama.embedding_length': 32, 'llama.block_count': 1, 'llama.attention.head_count': 2 },
    ...{ 'llama.feed_forward_length': 32, 'llama.context_length': 64 },
  }
  const sizesWith = (more: object) => ggufSizes(new Metadata({ ...sizes, ...more }, 'm.gguf'), 'llama', true)

  it.each([
    { 'llama.rope.scaling.type': 'none', 'llama.rope.scaling.factor': 1, 'llama.vocab_size': 5 },
    { 'llama.expert_count': 0, 'llama.attention.causal': true, 'llama.attention.value_length': 16 },
    { 'general.anything': 3, 'tokenizer.ggml.pre': 'x', 'llama.attention.clamp_kqv': 0 },
  ])('settings that change nothing are let pass: %j', (more) => {
    expect(sizesWith(more)).toMatchObject({ width: 32, heads: 2, headSize: 16 })
  })

  it.each([
    [{ 'llama.rope.scaling.type': 'yarn' }, 'llama.rope.scaling.type: expected none, or not given, got yarn'],
    [{ 'llama.rope.scaling.factor': 8 }, 'llama.rope.scaling.factor: expected 0 or 1, or not given, got 8'],
    [{ 'llama.rope.scale_linear': 4 }, 'llama.rope.scale_linear: expected 0 or 1, or not given, got 4'],
    [{ 'llama.expert_count': 8 }, 'llama.expert_count: expected 0, or not given, got 8'],
    [{ 'llama.attention.causal': false }, 'llama.attention.causal: expected true, got false'],
    [{ 'llama.attention.value_length': 8 }, 'llama.attention.value_length: expected 16, as keys have, got 8'],
    [{ 'llama.logit_scale': 0.5 }, 'llama.logit_scale: expected 0 or 1, or not given, got 0.5'],
    [{ 'llama.novelty': 0 }, 'llama.novelty: expected no setting of this name, got one'],
    [{ 'llama.embedding_length': 0x7f800000 }, 'llama.embedding_length: expected a whole number from 1 to 100000000'],
    [{ 'llama.block_count': 5000 }, 'llama.block_count: expected a whole number from 1 to 1024, got 5000'],
  ])('those that would are refused by name: %j', (more, message) => {
    expect(() => sizesWith(more)).toThrow(`m.gguf: ${message}`)
  })

  it('one part of several is named as such, with the way out', async () => {
    const folder = path.join(root, 'split')
    await mkdir(folder)
    for (const part of ['1', '2']) await cp(given('q5-fallback.gguf'), path.join(folder, `m-0000${part}-of-00002.gguf`))
    const message = /m-00001-of-00002\.gguf: expected a whole model in one \.gguf file, got one of 2 parts: join them/
    await expect(openPretrained(folder)).rejects.toThrow(message)
    await expect(openPretrained(path.join(folder, 'm-00001-of-00002.gguf'))).rejects.toThrow(message)
  })
})

describe('packed weights', () => {
  it('of bitsandbytes and its like are named, with the way out', async () => {
    await expect(openPretrained(given('bitsandbytes'))).rejects.toThrow(
      'config.json: quantization_config: expected weights that are not packed into a few bits, got bitsandbytes: take the model that it was made from',
    )
    const folder = await edit(await copy(golden('tiny-llama')), 'config.json', {
      quantization_config: { quant_method: 'gptq', bits: 4 },
    })
    await expect(openPretrained(folder)).rejects.toThrow('got gptq: take the model')
  })
})

describe('a tokenizer that is not in tokenizer.json', () => {
  it('is made from the vocabulary of BERT', async () => {
    const { tokenizer } = await loadPretrained(given('vocab-txt'))
    const lines = (await readFile(path.join(given('vocab-txt'), 'vocab.txt'), 'utf8')).trimEnd().split('\n')
    const ids = tokenizer.encode('A b C')
    expect(ids.map((id) => lines[id])).toEqual(['[CLS]', 'a', 'b', 'c', '[SEP]'])
  })

  it('is made from the vocabulary and merges of GPT-2, to the same ids', async () => {
    const folder = await copy(golden('tiny-gpt2'))
    const whole = (await loadPretrained(folder)).tokenizer
    const { model } = JSON.parse(await readFile(path.join(folder, 'tokenizer.json'), 'utf8')) as {
      model: { vocab: object; merges: (string | [string, string])[] }
    }
    const merges = model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')))
    await writeFile(path.join(folder, 'vocab.json'), JSON.stringify(model.vocab))
    await writeFile(path.join(folder, 'merges.txt'), ['#version: 0.2', ...merges, ''].join('\n'))
    await rm(path.join(folder, 'tokenizer.json'))
    const { tokenizer } = await loadPretrained(folder)
    for (const text of ['A whale is a kind of mammal.', ' two  blanks\n', 'naïve café 你好'])
      expect(tokenizer.encode(text)).toEqual(whole.encode(text))
  })

  it.each(['tokenizer.model', 'vocab.json'])('of %s alone it is said how it is converted', async (name) => {
    const folder = await copy(golden('tiny-llama'))
    await rm(path.join(folder, 'tokenizer.json'))
    await writeFile(path.join(folder, name), '{}')
    await expect(loadPretrained(folder)).rejects.toThrow(`got ${name} alone: make one with \`AutoTokenizer`)
  })

  it('counts as content of the model', async () => {
    const folder = given('vocab-txt')
    const names = await modelFiles(folder, folder)
    expect(names).toContain('vocab.txt')
    const files = names.map((name) => ({ name, bytes: 1, sha256: name }))
    expect(computingFiles(files).map(({ name }) => name)).toContain('vocab.txt')
    expect(await modelFiles(golden('tiny-gpt2'), golden('tiny-gpt2'))).not.toContain('vocab.txt')
  })
})

describe('ONNX that is not plain', () => {
  /** A field of a protobuf message: its number, then bytes with their length before them. */
  const field = (number: number, content: string | Buffer) => {
    const bytes = Buffer.from(content)
    return Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes])
  }
  /** The tiny model with one more part of its graph. */
  async function withPart(part: Buffer): Promise<string> {
    const folder = await copy(golden('tiny-bert'))
    const file = path.join(folder, 'onnx', 'model.onnx')
    await writeFile(file, Buffer.concat([await readFile(file), field(7, part)]))
    return file
  }

  it.each(['DequantizeLinear', 'MatMulInteger', 'QLinearMatMul', 'DynamicQuantizeLinear', 'MatMulNBits'])(
    'weights rounded to whole numbers are named: %s',
    async (operation) => {
      await expect(openPretrained(await withPart(field(1, field(4, operation))))).rejects.toThrow(
        `model.onnx: ${operation}: expected weights that are not rounded to whole numbers, got a quantised model: take`,
      )
    },
  )

  it('values in another file are named, with the way out', async () => {
    const outside = Buffer.concat([Buffer.from([8, 1, 16, 1]), field(8, 'far'), Buffer.from([14 * 8, 1])])
    await expect(openPretrained(await withPart(field(5, outside)))).rejects.toThrow(
      'model.onnx: tensor "far": expected its values in the file, got a reference to another file: export it as one file',
    )
  })
})
