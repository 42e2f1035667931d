import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { tensorsOf, type TransformerSpec } from '../../science/models/net'
import { createTokenizer, type TextTokenizer } from '../tokenizers'
import { ARCHITECTURES } from './architectures'
import { checkBody, type Architecture, type Described, type Rule } from './architectures/architecture'
import { readCard, type ModelCard } from './card'
import { CheckpointError, refuse, shapeText } from './errors'
import type { GgufSource } from './gguf'
import { findHead, headKeys, languageHead } from './heads'
import { parseJsonFile, parseValue } from './json'
import { locate, type Located } from './locate'
import { openSafetensors, openShards } from './safetensors-file'
import type { NamedTensor } from './safetensors'
import { sizeOf, type TensorSource } from './source'

/** A pretrained model whose headers have been read and held against each other; its weights are still in the file. */
export interface OpenModel {
  architecture: string
  spec: TransformerSpec
  /** Number of weights in the checkpoint: a tied head counted once, a new one not at all. */
  parameters: number
  /** The longest text in tokens. */
  context: number
  card: ModelCard
  tokenizer(): Promise<TextTokenizer>
  /**
   * The tensors of `spec` in its order. Read one at a time: beyond the weights no more memory is held than the largest
   * tensor that is stored in another layout.
   */
  weights(signal?: AbortSignal): Promise<NamedTensor[]>
  close(): Promise<void>
}

/** A pretrained model in memory. */
export interface PretrainedModel {
  architecture: string
  spec: TransformerSpec
  weights: NamedTensor[]
  context: number
  card: ModelCard
  tokenizer: TextTokenizer
}

/**
 * Reads a pretrained model: a folder of transformers (config.json, safetensors in one file or several,
 * tokenizer.json), a GGUF file or a folder with one, or an ONNX file beside config.json and tokenizer.json.
 * @throws CheckpointError naming file, tensor or key, expectation and value; then nothing is left loaded
 */
export async function loadPretrained(where: string, signal?: AbortSignal): Promise<PretrainedModel> {
  const model = await openPretrained(where)
  try {
    const { architecture, spec, context, card } = model
    const tokenizer = await model.tokenizer()
    return { architecture, spec, context, card, tokenizer, weights: await model.weights(signal) }
  } finally {
    await model.close()
  }
}

/** Opens a pretrained model, see `loadPretrained`; every name and shape has been checked when it returns. */
export async function openPretrained(where: string): Promise<OpenModel> {
  const located = await locate(where)
  if (located.form === 'gguf') {
    const { openGguf } = await import('./gguf')
    return guarded(await openGguf(located.weights), (source) => openGgufModel(source, located))
  }
  const config = parseJsonFile(await readText(located.folder, 'config.json'), 'config.json', z.looseObject({}))
  return guarded(await openSource(located), (source) => openFolder(source, located, config))
}

async function openSource({ form, weights }: Located): Promise<TensorSource> {
  if (form === 'shards') return openShards(weights)
  if (form === 'safetensors') return openSafetensors(weights)
  const { openOnnx } = await import('./onnx')
  return openOnnx(weights)
}

/** Closes the source when it turns out to be something else. */
async function guarded<S extends TensorSource>(source: S, open: (source: S) => Promise<OpenModel>): Promise<OpenModel> {
  try {
    return await open(source)
  } catch (error) {
    await source.close()
    throw error
  }
}

async function openFolder(source: TensorSource, located: Located, config: object): Promise<OpenModel> {
  const file = 'config.json'
  const { model_type: type } = parseValue(config, file, z.looseObject({ model_type: z.string() }))
  const architecture = ARCHITECTURES.find(({ modelType }) => modelType === type)
  if (!architecture) return refuse(`${file}: model_type`, `one of ${known(({ modelType }) => modelType)}`, type)
  const described = architecture.describe(config, file)
  const className = parseValue(config, file, headKeys).architectures?.[0]
  const head = findHead(architecture, described, className, source.tensors, file)
  const prefix = prefixOf(architecture, source, located)
  const rules = architecture.rules(described.body).map((rule) => ({ ...rule, theirs: prefix + rule.theirs }))
  const pooling = await poolingOf(located.folder, config, described)
  const ignored = (name: string) =>
    architecture.ignored.test(name) || (described.tied && name === `${architecture.heads.language}.weight`)
  return opened(source, located, {
    architecture: architecture.id,
    spec: { kind: 'transformer', ...described.body, pooling, head: head.head },
    context: described.context,
    card: await readCard(located.folder),
    rules: [...rules, ...head.rules],
    ignored,
    tokenizer: () => readTokenizer(located.folder),
  })
}

async function openGgufModel(source: GgufSource, located: Located): Promise<OpenModel> {
  const { metadata } = source
  const name = metadata.text('general.architecture')
  const architecture = ARCHITECTURES.find(({ gguf }) => gguf.architecture === name)
  if (!architecture)
    return refuse(`${metadata.file}: general.architecture`, `one of ${known(({ gguf }) => gguf.architecture)}`, name)
  const vocabulary = source.tensors.get('token_embd.weight')?.shape[0]
  if (!vocabulary)
    return refuse(`${metadata.file}: tensor "token_embd.weight"`, 'some rows of token embeddings', 'none')
  const tied = !source.tensors.has('output.weight')
  const described = { ...architecture.gguf.describe(metadata, vocabulary), tied }
  const head =
    architecture.classes.language === null
      ? findHead(architecture, described, undefined, source.tensors, metadata.file)
      : languageHead(described, 'output')
  const card = await readCard(located.folder)
  const text = (key: string) => (typeof metadata.get(key) === 'string' ? metadata.text(key) : null)
  return opened(source, located, {
    architecture: architecture.id,
    spec: { kind: 'transformer', ...described.body, pooling: ggufPooling(source, described), head: head.head },
    context: described.context,
    card: { ...card, name: text('general.name') ?? card.name, licence: text('general.license') ?? card.licence },
    rules: [...architecture.gguf.rules(described.body), ...head.rules],
    ignored: () => false,
    tokenizer: async () => {
      const { ggufTokenizer } = await import('../tokenizers/gguf')
      return createTokenizer(ggufTokenizer(metadata), metadata.file)
    },
  })
}

const known = (name: (architecture: Architecture) => string) => ARCHITECTURES.map(name).join(', ')

/** What stands before the names of the body: nothing, the class's own prefix, or that of a wrapper. */
function prefixOf({ anchor }: Architecture, source: TensorSource, { weights }: Located): string {
  const found = [...source.tensors.keys()].filter((name) => name === anchor || name.endsWith(`.${anchor}`))
  if (found.length !== 1)
    refuse(`${path.basename(weights)}: tensor "${anchor}"`, 'it once', found.length === 0 ? 'none' : found.join(', '))
  return found[0]!.slice(0, -anchor.length)
}

const poolingKeys = z.looseObject({
  pooling_mode_cls_token: z.boolean().default(false),
  pooling_mode_mean_tokens: z.boolean().default(false),
})
const ownKeys = z.looseObject({ w2s: z.object({ pooling: z.enum(['last', 'first', 'mean']) }).optional() })

/** As we wrote it, or sentence-transformers did; else the last token of a decoder, the mean of an encoder. */
async function poolingOf(folder: string, config: object, { body }: Described): Promise<TransformerSpec['pooling']> {
  const own = parseValue(config, 'config.json', ownKeys).w2s?.pooling
  if (own) return own
  const text = await readFile(path.join(folder, '1_Pooling', 'config.json'), 'utf8').catch(() => null)
  if (text === null || body.causal) return body.causal ? 'last' : 'mean'
  const modes = parseJsonFile(text, '1_Pooling/config.json', poolingKeys)
  if (modes.pooling_mode_mean_tokens !== modes.pooling_mode_cls_token)
    return modes.pooling_mode_mean_tokens ? 'mean' : 'first'
  return refuse('1_Pooling/config.json', 'the mean or the first token', 'neither or both')
}

function ggufPooling({ metadata }: GgufSource, { body }: Described): TransformerSpec['pooling'] {
  if (body.causal) return 'last'
  const type = metadata.number('bert.pooling_type', 1)
  return type === 1 ? 'mean' : type === 2 ? 'first' : refuse(`${metadata.file}: bert.pooling_type`, '1 or 2', type)
}

interface Opening {
  architecture: string
  spec: TransformerSpec
  context: number
  card: ModelCard
  rules: Rule[]
  ignored(name: string): boolean
  tokenizer(): Promise<TextTokenizer>
}

function opened(source: TensorSource, { weights }: Located, opening: Opening): OpenModel {
  const { architecture, spec, context, card, rules } = opening
  const file = path.basename(weights)
  checkBody(spec, file)
  checkTensors(source, rules, (name) => opening.ignored(name), file)
  return {
    architecture,
    spec,
    parameters: rules.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    context,
    card,
    weights: (signal) => readWeights(source, spec, rules, signal),
    close: () => source.close(),
    async tokenizer() {
      const tokenizer = await opening.tokenizer()
      if (tokenizer.size > spec.vocabulary)
        refuse(`${file}: tokenizer`, `ids below ${spec.vocabulary}, the rows of the embeddings`, tokenizer.size - 1)
      return tokenizer
    },
  }
}

function checkTensors(source: TensorSource, rules: Rule[], ignored: (name: string) => boolean, file: string): void {
  for (const { theirs, shape } of rules) {
    const got = source.tensors.get(theirs)
    if (!got) refuse(`${file}: tensor "${theirs}"`, shapeText(shape), 'no such tensor')
    else if (got.shape.join() !== shape.join())
      refuse(`${got.file}: tensor "${theirs}"`, shapeText(shape), shapeText(got.shape))
    else if (!source.readable.includes(got.dtype))
      refuse(`${got.file}: tensor "${theirs}"`, `values of ${source.readable.join(', ')}`, got.dtype)
  }
  const wanted = new Set(rules.map(({ theirs }) => theirs))
  for (const [name, { file, shape }] of source.tensors)
    if (!wanted.has(name) && !ignored(name))
      refuse(`${file}: tensor "${name}"`, 'none of this name in such a model', shapeText(shape))
}

async function readWeights(
  source: TensorSource,
  spec: TransformerSpec,
  rules: Rule[],
  signal?: AbortSignal,
): Promise<NamedTensor[]> {
  const data = new Map<string, Float32Array>()
  // Largest first: while one is turned round there are two of it, and little else yet.
  const ordered = [...rules].sort((a, b) => sizeOf(b.shape) - sizeOf(a.shape))
  for (const { theirs, shape, ours, layout } of ordered) {
    signal?.throwIfAborted()
    const values = await source.read(theirs)
    expectFinite(values, `${source.tensors.get(theirs)!.file}: tensor "${theirs}"`)
    const parts = layout.split(values, shape)
    ours.forEach((name, i) => data.set(name, parts[i]!))
  }
  return tensorsOf(spec).map(({ name, shape }) => {
    // Only a new head has no rule; it begins at zero.
    const values = data.get(name) ?? new Float32Array(name.startsWith('head.') ? sizeOf(shape) : 0)
    if (values.length !== sizeOf(shape))
      throw new Error(`tensor ${name}: expected ${sizeOf(shape)} values, got ${values.length}`)
    return { name, shape, data: values }
  })
}

function expectFinite(values: Float32Array, where: string): void {
  // A loop of its own: `findIndex` takes ten times as long, and these are many.
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i])) refuse(where, 'finite values', `${values[i]} at ${i}`)
}

async function readText(folder: string, name: string): Promise<string> {
  return readFile(path.join(folder, name), 'utf8').catch((cause: unknown) => {
    throw new CheckpointError(`${path.join(folder, name)}: expected a file that can be read, got none`, { cause })
  })
}

async function readTokenizer(folder: string): Promise<TextTokenizer> {
  const object = z.looseObject({})
  const tokenizer = parseJsonFile(await readText(folder, 'tokenizer.json'), 'tokenizer.json', object)
  const config = await readFile(path.join(folder, 'tokenizer_config.json'), 'utf8').catch(() => '{}')
  return createTokenizer(
    { tokenizer, config: parseJsonFile(config, 'tokenizer_config.json', object) },
    'tokenizer.json',
  )
}
