import type { Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { expectRegular } from '../regular'
import { CheckpointError, refuse } from './errors'

/** The weights of a model and the folder of the files about them. */
export interface Located {
  form: 'safetensors' | 'shards' | 'gguf' | 'onnx'
  weights: string
  folder: string
  /** What lies there and is not read, in words for people. */
  notes: string[]
}

/** The index of weights in several files. */
const INDEX = 'model.safetensors.index.json'
/** One file of a GGUF model that was split. */
const GGUF_PART = /-\d{5}-of-(\d{5})\.gguf$/

/**
 * Finds the weights at a path: a folder of transformers' making, one with a GGUF or ONNX file in it, or such a file.
 * @throws CheckpointError saying what was looked for and what is there
 */
export async function locate(where: string): Promise<Located> {
  const found = await stat(where).catch((cause: unknown) => {
    throw new CheckpointError(`${where}: expected a model’s folder or file, got nothing there`, { cause })
  })
  if (!found.isDirectory()) {
    expectFile(where, found)
    return locateFile(where)
  }
  const names = (await readdir(where)).sort()
  const at = (name: string) => path.join(where, name)
  // As transformers decides: an index may be older than the one file.
  if (names.includes('model.safetensors')) {
    const older = names.includes(INDEX) ? [`model.safetensors is read; the weights that ${INDEX} names are not.`] : []
    return { form: 'safetensors', weights: at('model.safetensors'), folder: where, notes: older }
  }
  if (names.includes(INDEX)) return { form: 'shards', weights: at(INDEX), folder: where, notes: [] }
  for (const form of ['gguf', 'onnx'] as const) {
    const files = names.filter((name) => name.endsWith(`.${form}`))
    const part = files.find((name) => GGUF_PART.test(name))
    if (part !== undefined) refuseSplit(at(part), Number(GGUF_PART.exec(part)![1]))
    if (files.length > 1) refuse(where, `one .${form} file`, files.join(', '))
    if (files.length === 1) return { form, weights: at(files[0]!), folder: where, notes: [] }
  }
  if (names.includes('onnx')) return locateFile(at(path.join('onnx', 'model.onnx')))
  const other = names.find((name) => /\.(bin|pt|pth|ckpt|h5|msgpack)$/.test(name))
  const got = other === undefined ? names.slice(0, 8).join(', ') || 'none' : `${other}: ${RESAVE}`
  return refuse(where, 'model.safetensors, a .gguf or an .onnx file', got)
}

/** The way out for weights that only run code can read. */
const RESAVE = 'load it in transformers and save it anew with `save_pretrained(folder, safe_serialization=True)`'

/** @throws CheckpointError always: the way out of a model in several GGUF files */
export function refuseSplit(file: string, parts: number): never {
  return refuse(
    path.basename(file),
    'a whole model in one .gguf file',
    `one of ${parts} parts: join them with \`llama-gguf-split --merge <first part> <whole.gguf>\``,
  )
}

function expectFile(where: string, found: Stats): void {
  try {
    expectRegular(where, found)
  } catch (cause) {
    throw new CheckpointError((cause as Error).message, { cause })
  }
}

async function locateFile(file: string): Promise<Located> {
  const form = path.extname(file).slice(1)
  if (form !== 'gguf' && form !== 'onnx' && form !== 'safetensors')
    return refuse(file, 'a .safetensors, .gguf or .onnx file', form === '' ? 'no such ending' : `.${form}`)
  const part = GGUF_PART.exec(file)
  if (part) refuseSplit(file, Number(part[1]))
  const folder = path.dirname(file)
  // Exporters put ONNX files into a folder of their own beside the model's config.
  const isApart = form === 'onnx' && !(await exists(path.join(folder, 'config.json')))
  return { form, weights: file, folder: isApart ? path.dirname(folder) : folder, notes: [] }
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}
