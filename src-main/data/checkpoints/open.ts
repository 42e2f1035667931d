import path from 'node:path'
import { z } from 'zod'
import { tensorsOf, type TransformerSpec } from '../../science/models/net'
import { createTokenizer, type TextTokenizer } from '../tokenizers'
import { ARCHITECTURES } from './architectures'
import { checkBody, type Architecture, type Described, type Rule } from './architectures/architecture'
import { readCard, type ModelCard } from './card'
import { refuse, shapeText } from './errors'
import type { GgufSource } from './gguf'
import { findHead, headKeys, languageHead, type FoundHead } from './heads'
import { JSON_LIMITS, parseValue, readJsonFile } from './json'
import { locate, refuseSplit, type Located } from './locate'
import { ggufPooling, poolingOf } from './pooling'
import { openSafetensors, openShards } from './safetensors-file'
import type { NamedTensor } from './safetensors'
import { renamed, sizeOf, type TensorSource } from './source'
import { readTokenizer } from './tokenizer-files'

/** A pretrained model whose headers have been read and held against each other; its weights are still in the file. */
export interface OpenModel {
  architecture: string
  spec: TransformerSpec
  /** Number of weights in the checkpoint: a tied head counted once, a new one not at all. */
  parameters: number
  /** The longest text in tokens. */
  context: number
  card: ModelCard
  /** What lies there and was not read, in words for people; nothing of it changes what the model computes. */
  notes: string[]
  /** Whether a head of classes can begin at rows of the unembedding: it is in the file, or is the token embeddings. */
  hasUnembedding: boolean
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
  const config = await readJsonFile(path.join(located.folder, 'config.json'), JSON_LIMITS.config, z.looseObject({}))
  refuseQuantised(config)
  return guarded(await openSource(located), (source) => openFolder(source, located, config))
}

const quantisedKeys = z.looseObject({
  quantization_config: z.looseObject({ quant_method: z.string().default('quantised weights') }).nullish(),
})

/** @throws CheckpointError naming the way out for weights that were packed into a few bits by transformers' means */
function refuseQuantised(config: object): void {
  const method = parseValue(config, 'config.json', quantisedKeys).quantization_config?.quant_method
  if (method !== undefined)
    refuse(
      'config.json: quantization_config',
      'weights that are not packed into a few bits',
      `${method}: take the model that it was made from, or save it after \`model.dequantize()\``,
    )
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

async function openFolder(inFile: TensorSource, located: Located, config: object): Promise<OpenModel> {
  const file = 'config.json'
  const { model_type: type } = parseValue(config, file, z.looseObject({ model_type: z.string() }))
  const architecture = ARCHITECTURES.find(({ modelType }) => modelType === type)
  if (!architecture) return refuse(`${file}: model_type`, `one of ${known(({ modelType }) => modelType)}`, type)
  const source = architecture.rename ? renamed(inFile, (name) => architecture.rename!(name)) : inFile
  const described = architecture.describe(config, file)
  const className = parseValue(config, file, headKeys).architectures?.[0]
  const head = findHead(architecture, described, className, source.tensors, file)
  const prefix = prefixOf(architecture, source, located)
  const rules = architecture.rules(described.body).map((rule) => ({ ...rule, theirs: prefix + rule.theirs }))
  const pooling = await poolingOf(located.folder, config, described)
  const isHead = (name: string) => head.leftOut !== undefined && prefix !== '' && !name.startsWith(prefix)
  const ignored = (name: string) =>
    architecture.ignored.test(name) ||
    (described.tied && name === `${architecture.heads.language}.weight`) ||
    isHead(name)
  const leftOut = head.leftOut === undefined ? [] : [`The head of ${head.leftOut} is left out; its body is read.`]
  return opened(source, located, {
    architecture: architecture.id,
    spec: { kind: 'transformer', ...described.body, pooling, head: head.head },
    context: described.context,
    card: await readCard(located.folder),
    notes: [...located.notes, ...leftOut],
    hasUnembedding: canUnembed(architecture, described, head),
    rules: [...rules, ...head.rules],
    ignored,
    tokenizer: () => readTokenizer(located.folder, architecture.id),
  })
}

async function openGgufModel(source: GgufSource, located: Located): Promise<OpenModel> {
  const { metadata } = source
  const name = metadata.text('general.architecture')
  const architecture = ARCHITECTURES.find(({ gguf }) => gguf.architecture === name)
  if (!architecture)
    return refuse(`${metadata.file}: general.architecture`, `one of ${known(({ gguf }) => gguf.architecture)}`, name)
  const parts = metadata.number('split.count', 1)
  if (parts > 1) refuseSplit(metadata.file, parts)
  await expectPlainRope(source)
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
    notes: located.notes,
    hasUnembedding: canUnembed(architecture, described, head),
    rules: [...architecture.gguf.rules(described.body), ...head.rules],
    ignored: (name) => ROPE_FACTORS.test(name),
    tokenizer: async () => {
      const { ggufTokenizer } = await import('../tokenizers/gguf')
      return createTokenizer(ggufTokenizer(metadata), metadata.file)
    },
  })
}

/** Encoders have none of their own: what a token looks like stands for what it says. */
function canUnembed({ classes }: Architecture, { tied }: Described, { head }: FoundHead): boolean {
  return classes.language === null || tied || head.kind === 'language'
}

/** Factors by which each frequency of rotary positions is divided: as `1` they change nothing, others are not read. */
const ROPE_FACTORS = /^rope_(freqs|factors_long|factors_short)\.weight$/

/** @throws CheckpointError naming a tensor of factors that are not all 1 */
async function expectPlainRope(source: GgufSource): Promise<void> {
  for (const [name, { file }] of source.tensors) {
    if (!ROPE_FACTORS.test(name)) continue
    const factors = await source.read(name)
    const other = factors.find((factor) => factor !== 1)
    if (other !== undefined)
      refuse(`${file}: tensor "${name}"`, 'rotary positions that are not scaled (all factors 1)', `a factor ${other}`)
  }
}

const known = (name: (architecture: Architecture) => string) => ARCHITECTURES.map(name).join(', ')

/** What stands before the names of the body: nothing, the class's own prefix, or that of a wrapper. */
function prefixOf({ anchor }: Architecture, source: TensorSource, { weights }: Located): string {
  const found = [...source.tensors.keys()].filter((name) => name === anchor || name.endsWith(`.${anchor}`))
  if (found.length !== 1)
    refuse(`${path.basename(weights)}: tensor "${anchor}"`, 'it once', found.length === 0 ? 'none' : found.join(', '))
  return found[0]!.slice(0, -anchor.length)
}

interface Opening extends Pick<OpenModel, 'architecture' | 'spec' | 'context' | 'card' | 'notes' | 'hasUnembedding'> {
  rules: Rule[]
  ignored(name: string): boolean
  tokenizer(): Promise<TextTokenizer>
}

function opened(source: TensorSource, { weights }: Located, opening: Opening): OpenModel {
  const { architecture, spec, context, card, notes, hasUnembedding, rules } = opening
  const file = path.basename(weights)
  checkBody(spec, file)
  checkTensors(source, rules, (name) => opening.ignored(name), file)
  return {
    architecture,
    spec,
    parameters: rules.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    context,
    card,
    notes,
    hasUnembedding,
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
