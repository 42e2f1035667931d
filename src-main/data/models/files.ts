import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { ModelCard } from '../checkpoints/card'
import { locate } from '../checkpoints/locate'
import { openPretrained } from '../checkpoints/open'
import { vocabularyNames } from '../checkpoints/tokenizer-files'
import { hashFile } from './hashing'
import type { ModelManifest, ModelFile } from './manifest'
import type { Task } from './progress'

/** What reading a model's headers, config and tokenizer gives, without its weights. */
export interface Description {
  described: Pick<ModelManifest, 'architecture' | 'parameters' | 'context' | 'layers' | 'width' | 'notes'>
  card: ModelCard
}

/** Reads what a user has brought, or a hub: whoever gives one may do so where it can be ended. */
export type Describe = (where: string, task: Pick<Task, 'signal'>) => Promise<Description>

/**
 * What a model's headers say; its tokenizer is made once to see that it can be.
 * @throws CheckpointError when it is no model that can be read
 */
export async function describe(where: string): Promise<Description> {
  const model = await openPretrained(where)
  try {
    await model.tokenizer()
    const { architecture, parameters, context, notes, spec, card } = model
    const said = notes.length > 0 ? { notes } : {}
    return { described: { architecture, parameters, context, ...said, layers: spec.layers, width: spec.width }, card }
  } finally {
    await model.close()
  }
}

/** Size and sha256 of files below a folder. */
export async function hashFiles(base: string, names: string[], { onProgress, signal }: Task): Promise<ModelFile[]> {
  const sizes = await Promise.all(names.map((name) => stat(path.join(base, name)).then(({ size }) => size)))
  const total = sizes.reduce((a, b) => a + b, 0)
  let done = 0
  const files: ModelFile[] = []
  for (const [i, name] of names.entries()) {
    const sha256 = await hashFile(
      path.join(base, name),
      (n) => onProgress?.({ phase: 'Checking', done: (done += n), total }),
      signal,
    )
    files.push({ name: name.split(path.sep).join('/'), bytes: sizes[i]!, sha256 })
  }
  return files
}

const ABOUT = ['config.json', 'tokenizer.json', 'tokenizer_config.json', '1_Pooling/config.json']

/** The files that a model at a place is read from, relative to `base`. @throws CheckpointError when there is none */
export async function modelFiles(place: string, base: string): Promise<string[]> {
  const { form, weights, folder } = await locate(place)
  const vocabularies = form === 'gguf' ? [] : vocabularyNames(await readdir(folder))
  const about = form === 'gguf' ? [] : [...ABOUT, ...vocabularies].map((name) => path.join(folder, name))
  const all = form === 'shards' ? [weights, ...(await shardsBeside(weights))] : [weights]
  const there = await Promise.all(
    about.map((file) =>
      stat(file).then(
        () => [file],
        () => [],
      ),
    ),
  )
  return [...all, ...there.flat()].map((file) => path.relative(base, file)).sort()
}

async function shardsBeside(index: string): Promise<string[]> {
  const folder = path.dirname(index)
  const names = await readdir(folder)
  return names.filter((name) => name.endsWith('.safetensors')).map((name) => path.join(folder, name))
}
