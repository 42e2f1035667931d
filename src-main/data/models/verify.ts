import { stat } from 'node:fs/promises'
import path from 'node:path'
import { hashFile } from './hashing'
import type { ModelFile, Shelved } from './manifest'
import type { Task } from './progress'
import { baseOf } from './shelf'
import type { FileProblem } from './types'

/** How files looked, and their sha256, when they were read last. One that looks the same is not read again. */
export type Looks = Map<string, { look: string; sha256: string }>

/**
 * Holds files of a model against its manifest.
 * @param files those of the manifest that count
 * @returns those that differ
 */
export async function differing(
  model: Shelved,
  files: readonly ModelFile[],
  looks: Looks,
  { onProgress, signal }: Task,
): Promise<FileProblem[]> {
  const base = await baseOf(model)
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const problems: FileProblem[] = []
  let done = 0
  for (const { name, bytes, sha256 } of files) {
    const onBytes = (n: number) => onProgress?.({ phase: 'Checking', done: (done += n), total })
    const got = await hashOf(path.join(base, name), bytes, looks, { onBytes, signal }).catch((error: unknown) => {
      signal?.throwIfAborted()
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : (error as Error).message
    })
    if (typeof got === 'number') problems.push({ file: name, problem: `expected ${bytes} bytes, got ${got}` })
    else if (got !== sha256) problems.push({ file: name, problem: `expected sha256 ${sha256}, got ${got}` })
  }
  return problems
}

interface Reading {
  onBytes: (bytes: number) => void
  signal: AbortSignal | undefined
}

/** sha256 of a file; of one that has another size than expected only that. */
async function hashOf(file: string, bytes: number, looks: Looks, { onBytes, signal }: Reading) {
  const { size, mtimeMs, ctimeMs, ino } = await stat(file)
  if (size !== bytes) return size
  const look = [size, mtimeMs, ctimeMs, ino].join()
  const known = looks.get(file)
  if (known?.look === look) return known.sha256
  const sha256 = await hashFile(file, onBytes, signal)
  looks.set(file, { look, sha256 })
  return sha256
}
