import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { CheckpointError, refuse } from './errors'

/** The weights of a model and the folder of the files about them. */
export interface Located {
  form: 'safetensors' | 'shards' | 'gguf' | 'onnx'
  weights: string
  folder: string
}

/**
 * Finds the weights at a path: a folder of transformers' making, one with a GGUF or ONNX file in it, or such a file.
 * @throws CheckpointError saying what was looked for and what is there
 */
export async function locate(where: string): Promise<Located> {
  const found = await stat(where).catch((cause: unknown) => {
    throw new CheckpointError(`${where}: expected a model's folder or file, got nothing there`, { cause })
  })
  if (!found.isDirectory()) return locateFile(where)
  const names = (await readdir(where)).sort()
  const at = (name: string) => path.join(where, name)
  if (names.includes('model.safetensors.index.json'))
    return { form: 'shards', weights: at('model.safetensors.index.json'), folder: where }
  if (names.includes('model.safetensors'))
    return { form: 'safetensors', weights: at('model.safetensors'), folder: where }
  for (const form of ['gguf', 'onnx'] as const) {
    const files = names.filter((name) => name.endsWith(`.${form}`))
    if (files.length > 1) refuse(where, `one .${form} file`, files.join(', '))
    if (files.length === 1) return { form, weights: at(files[0]!), folder: where }
  }
  if (names.includes('onnx')) return locateFile(at(path.join('onnx', 'model.onnx')))
  const other = names.find((name) => /\.(bin|pt|pth|ckpt|h5|msgpack)$/.test(name))
  return refuse(where, 'model.safetensors, a .gguf or an .onnx file', other ?? (names.slice(0, 8).join(', ') || 'none'))
}

async function locateFile(file: string): Promise<Located> {
  const form = path.extname(file).slice(1)
  if (form !== 'gguf' && form !== 'onnx' && form !== 'safetensors')
    return refuse(file, 'a .safetensors, .gguf or .onnx file', form === '' ? 'no such ending' : `.${form}`)
  const folder = path.dirname(file)
  // Exporters put ONNX files into a folder of their own beside the model's config.
  const isApart = form === 'onnx' && !(await exists(path.join(folder, 'config.json')))
  return { form, weights: file, folder: isApart ? path.dirname(folder) : folder }
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}
