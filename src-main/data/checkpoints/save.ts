import { open, rename, rm, writeFile, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { makeFolder } from '../folder'
import { tensorsOf, type TransformerSpec } from '../../science/models/net'
import type { TextTokenizer } from '../tokenizers'
import { ARCHITECTURES } from './architectures'
import { linear, type Architecture, type Rule } from './architectures/architecture'
import { cardText, type ModelCard } from './card'
import { halfOf } from './half'
import { safetensorsHeader, type Dtype, type NamedTensor } from './safetensors'
import { sizeOf } from './source'

/** A model as it is saved; `weights` are the tensors of `spec`, in any order. */
export interface SavedModel {
  architecture: string
  spec: TransformerSpec
  weights: readonly NamedTensor[]
  context: number
  tokenizer: TextTokenizer
  /** Names of the classes, where the head has any. */
  labels?: readonly string[]
  card: ModelCard
  /** Of the weights in the file: F16 halves it, at 11 significant bits. Default F32. */
  dtype?: Dtype
}

/**
 * Saves a model as a folder that transformers opens unchanged: config.json, model.safetensors, tokenizer.json,
 * tokenizer_config.json, README.md. A head of classes is saved as `...ForTokenClassification`, whose linear layer is
 * ours at every token; which of them ours reads stands in config.json under `w2s`. The folder appears whole or not.
 * @throws Error when the weights are not those of the spec, or the folder exists
 */
export async function savePretrained(folder: string, model: SavedModel): Promise<void> {
  const architecture = ARCHITECTURES.find(({ id }) => id === model.architecture)
  if (!architecture)
    throw new Error(
      `architecture: expected one of ${ARCHITECTURES.map(({ id }) => id).join(', ')}, got ${model.architecture}`,
    )
  const weights = checkedWeights(model)
  const partial = `${folder}.partial`
  await rm(partial, { recursive: true, force: true })
  makeFolder(partial)
  try {
    const file = path.join(partial, 'model.safetensors')
    await writeWeights(file, rulesOf(architecture, model.spec), weights, dtypeOf(model))
    await writeJson(partial, 'config.json', configOf(architecture, model))
    await writeJson(partial, 'tokenizer.json', model.tokenizer.definition.tokenizer)
    await writeJson(partial, 'tokenizer_config.json', {
      tokenizer_class: 'PreTrainedTokenizerFast',
      ...model.tokenizer.definition.config,
    })
    await writeFile(path.join(partial, 'README.md'), cardText(model.card))
    await rename(partial, folder)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw error
  }
}

const dtypeOf = ({ dtype = 'F32' }: SavedModel): Dtype => dtype

function writeJson(folder: string, name: string, value: object): Promise<void> {
  return writeFile(path.join(folder, name), `${JSON.stringify(value, null, 2)}\n`)
}

function checkedWeights({ spec, weights }: SavedModel): Map<string, Float32Array> {
  const given = new Map(weights.map(({ name, data }) => [name, data]))
  const wanted = tensorsOf(spec)
  for (const { name, shape } of wanted) {
    const got = given.get(name)?.length
    if (got !== sizeOf(shape))
      throw new Error(`tensor ${name}: expected ${sizeOf(shape)} values, got ${got ?? 'no such tensor'}`)
  }
  if (given.size > wanted.length) throw new Error(`weights: expected ${wanted.length} tensors, got ${given.size}`)
  return given
}

/** The tensors of transformers' class: the body under its prefix, then the head. */
function rulesOf(architecture: Architecture, spec: TransformerSpec): Rule[] {
  const { heads, prefix } = architecture
  const { head, vocabulary, width } = spec
  const body = architecture.rules(spec).map((rule) => ({ ...rule, theirs: prefix + rule.theirs }))
  if (head.kind === 'classes') return [...body, ...linear(heads.tokens, 'head', [head.classes, width], true)]
  return head.tied ? body : [...body, ...linear(heads.language, 'head', [vocabulary, width], false)]
}

function configOf(architecture: Architecture, model: SavedModel): object {
  const { spec, context, tokenizer, labels } = model
  const { classes } = architecture
  const { head } = spec
  const count = head.kind === 'classes' ? head.classes : 0
  const names = labels ?? Array.from({ length: count }, (_, i) => `LABEL_${i}`)
  return {
    architectures: [head.kind === 'language' ? classes.language : classes.tokens],
    model_type: architecture.modelType,
    ...architecture.config({ body: spec, tied: head.kind === 'language' && head.tied, context }),
    torch_dtype: dtypeOf(model) === 'F16' ? 'float16' : 'float32',
    bos_token_id: null,
    eos_token_id: tokenizer.end ?? null,
    ...(head.kind === 'language'
      ? {}
      : {
          id2label: Object.fromEntries(names.map((name, i) => [i, name])),
          label2id: Object.fromEntries(names.map((name, i) => [name, i])),
          w2s: { pooling: spec.pooling },
        }),
  }
}

async function writeWeights(
  file: string,
  rules: Rule[],
  weights: Map<string, Float32Array>,
  dtype: Dtype,
): Promise<void> {
  const tensors = rules.map(({ theirs, shape }) => ({ name: theirs, shape }))
  const handle = await open(file, 'wx')
  try {
    await writeAll(handle, safetensorsHeader(tensors, dtype, { format: 'pt' }))
    for (const { ours, shape, layout } of rules) {
      // A head without bias is one whose bias is zero.
      const parts = ours.map((name) => weights.get(name) ?? new Float32Array(sizeOf(shape)))
      const joined = layout.join(parts, shape)
      const data = dtype === 'F16' ? Uint16Array.from(joined, halfOf) : joined
      await writeAll(handle, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  const most = 1 << 30
  for (let at = 0; at < bytes.length; at += most) {
    const piece = bytes.subarray(at, at + most)
    let done = 0
    while (done < piece.length) done += (await handle.write(piece, done)).bytesWritten
  }
}
