import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { openPretrained } from '../checkpoints/open'
import { hashFile } from './hashing'
import type { ModelFile } from './manifest'
import type { Task } from './progress'

/** What a model's headers say; its tokenizer is made once to see that it can be. */
export async function describe(where: string) {
  const model = await openPretrained(where)
  try {
    await model.tokenizer()
    const { architecture, parameters, context, spec } = model
    const described = { architecture, parameters, context, layers: spec.layers, width: spec.width }
    return { described, card: model.card }
  } finally {
    await model.close()
  }
}

/** Every file below a folder, relative to it. */
export async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))).sort()
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

/** Bytes of all files below a folder, or of those that count; 0 where there is none. */
export async function sizeOfFolder(folder: string, counts: (name: string) => boolean = () => true): Promise<number> {
  const names = (await filesOf(folder).catch(() => [])).filter(counts)
  const sizes = names.map((name) =>
    stat(path.join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
